@echo off
rem Runs in Windows PE: takes the sources from the Samba share and installs.
wpeinit
set tries=0

:connect
set /a tries+=1
net use Z: "\\{{ smb_server }}\{{ smb_share }}" "{{ smb_password }}" /user:"{{ smb_server }}\{{ smb_user }}" /persistent:no
if not errorlevel 1 goto install
if %tries% geq 30 goto failed
rem The network may need a while after wpeinit; this waits three seconds.
ping -n 4 127.0.0.1 >nul
goto connect

:install
"Z:\{{ windows_source }}\setup.exe" /unattend:X:\Windows\System32\autounattend.xml
if not errorlevel 1 exit /b 0

:failed
echo.
echo The installation did not begin. Is \\{{ smb_server }}\{{ smb_share }} there,
echo with the folder {{ windows_source }}, and the account's password right?
ipconfig
cmd /k
