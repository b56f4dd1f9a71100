<?php
// SPDX-License-Identifier: Apache-2.0
// What a static site does by hand: find the machine by its card or serial
// number in a table, and print its boot script.

$machines = require __DIR__ . '/machines.php';
$mac = strtolower(str_replace('-', ':', $_GET['mac'] ?? ''));
$serial = trim($_GET['serial'] ?? '');
$profile = $machines['mac'][$mac] ?? $machines['serial'][$serial] ?? null;

header('Content-Type: text/plain; charset=utf-8');
header('Cache-Control: no-store');
echo "#!ipxe\n";
if ($profile === null) {
    echo "echo this machine is not known: $mac\nexit\n";
    return;
}
$base = 'http://' . $_SERVER['HTTP_HOST'];
$tree = "$base/OS/$profile";
echo "echo $profile for $mac\n";
echo "imgfree\n";
echo "kernel $tree/vmlinuz initrd=initrd.img inst.repo=$tree ",
    "inst.ks=$base/ks/$profile.ks?mac=$mac quiet console=tty0 ",
    "console=ttyS0,115200n8 ip=dhcp BOOTIF=01-",
    str_replace(':', '-', $mac), "\n";
for ($i = 1; $i <= 6; $i++) {
    echo "initrd --name part$i.img $tree/images/pxeboot/updates/part$i.img ",
        "|| goto failed\n";
}
echo "initrd $tree/initrd.img\nboot\n";
echo ":failed\necho $profile cannot be fetched\nsleep 10\nexit 1\n";
