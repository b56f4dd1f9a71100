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
rem A Windows PE without curl.exe finds one in the share's own folder.
path %PATH%;Z:\
{{ report('started') }}
"Z:\{{ windows_source }}\setup.exe" /noreboot /unattend:X:\Windows\System32\autounattend.xml
if errorlevel 1 goto failed

rem The rest is done from the disk. A server that was not told would install
rem again, so it is told before the machine restarts.
:report
{{ report('installed') }}
if not errorlevel 1 goto done
echo The server was not told that this machine is installed; trying again.
ping -n 11 127.0.0.1 >nul
goto report

:done
wpeutil reboot
exit /b 0

:failed
echo.
echo The installation did not begin. Is \\{{ smb_server }}\{{ smb_share }} there,
echo with the folder {{ windows_source }}, and the account's password right?
{{ report('failed', 'the installation did not begin or stopped') }}
ipconfig
cmd /k
