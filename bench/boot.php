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
$tree = "$base/OS/linux";
$card = '01-' . str_replace(':', '-', $mac);
$node = 'node-' . strtolower($serial);
echo <<<EOT
imgfree ||
echo Booting $profile
kernel $tree/vmlinuz initrd=initrd.img initrd=drivers.img inst.repo=$tree/ inst.ks=$base/ks/$profile.ks console=tty0 BOOTIF=$card hostname=$node ip=dhcp inst.text inst.sshd inst.ks.sendmac inst.ks.sendsn inst.nosave=all_ks inst.loglevel=debug inst.noverifyssl inst.waitfornet=60 rd.net.timeout.carrier=30 rd.net.timeout.dhcp=60 rd.net.dhcp.retry=5 rd.neednet=1 rd.shell=0 rd.emergency=reboot rd.driver.blacklist=nouveau modprobe.blacklist=nouveau,floppy,pcspkr net.ifnames=1 biosdevname=0 nvme_core.default_ps_max_latency_us=0 pcie_aspm=off intel_iommu=on iommu=pt amd_iommu=on mitigations=auto crashkernel=1G-4G:192M,4G-64G:256M,64G-:512M nmi_watchdog=1 transparent_hugepage=madvise numa_balancing=enable audit=1 printk.devkmsg=on systemd.log_level=info systemd.show_status=1 rd.luks=0 rd.lvm=1 rd.md=1 rd.dm=0 rd.multipath=0 rd.iscsi=0 rd.fcoe=0 default_hugepagesz=1G hugepagesz=1G hugepages=4 isolcpus=managed_irq,2-7 nohz_full=2-7 rcu_nocbs=2-7 rcu_nocb_poll irqaffinity=0,1 skew_tick=1 processor.max_cstate=1 intel_idle.max_cstate=0 idle=poll tsc=reliable net.core.somaxconn=4096 ipv6.disable=0 usbcore.autosuspend=-1 libata.force=noncq scsi_mod.use_blk_mq=1 dm_mod.use_blk_mq=1 selinux=1 enforcing=1 fips=0 panic=60 panic_on_warn=0 quiet || goto failed
initrd $tree/initrd.img || goto failed
initrd $tree/drivers.img || goto failed
boot || goto failed
goto again
:failed
echo $profile did not boot: \${errno}
prompt --timeout 30000 Press a key for the local disk, or wait to ask again && goto local ||
:again
chain --replace --autofree $base/boot.ipxe || goto local
:local
exit 1

EOT;
