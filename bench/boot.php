<?php
// SPDX-License-Identifier: Apache-2.0
// The job of bench/site/rules by hand: who asks, in normal form; the rules,
// one after the other; the machine's own profile from a table, by its card or
// its serial number; its boot script.

// A text that a machine sent: no control characters, no runs of blanks; a
// maker's filler is nothing.
function fact(string $name): string
{
    $text = trim(preg_replace('/[\x00-\x20\x7f]+/', ' ', $_GET[$name] ?? ''));
    return preg_match('/^(to be filled by o\.?e\.?m\.?|not specified|none|'
        . 'default string|system serial number|unknown|[.0 ]*)$/i', $text)
        ? '' : $text;
}

// What stands in a kernel's line: one word, nothing that ends a command.
function word(string $text): string
{
    return preg_replace('/[^A-Za-z0-9._:\/@+=,-]/', '_', $text);
}

function card(string $text): string
{
    $hex = strtolower(preg_replace('/[^0-9A-Fa-f]/', '', $text));
    return implode(':', str_split($hex, 2));
}

function script_for(string $rule, string $profile, string $console): string
{
    $base = 'http://' . $_SERVER['HTTP_HOST'];
    $tree = "$base/OS/linux";
    $card = '01-' . str_replace(':', '-', card($_GET['mac'] ?? ''));
    $node = 'node-' . word(strtolower(fact('serial') ?: 'x'));
    $id = bin2hex(random_bytes(6));
    return <<<EOT
#!ipxe
# rule '$rule' 10-bench.yaml profile $profile generation 1 request $id
imgfree ||
echo Booting $profile
kernel $tree/vmlinuz initrd=initrd.img initrd=drivers.img inst.repo=$tree/ inst.ks=$base/ks/$profile.ks console=$console BOOTIF=$card hostname=$node ip=dhcp inst.text inst.sshd inst.ks.sendmac inst.ks.sendsn inst.nosave=all_ks inst.loglevel=debug inst.noverifyssl inst.waitfornet=60 rd.net.timeout.carrier=30 rd.net.timeout.dhcp=60 rd.net.dhcp.retry=5 rd.neednet=1 rd.shell=0 rd.emergency=reboot rd.driver.blacklist=nouveau modprobe.blacklist=nouveau,floppy,pcspkr net.ifnames=1 biosdevname=0 nvme_core.default_ps_max_latency_us=0 pcie_aspm=off intel_iommu=on iommu=pt amd_iommu=on mitigations=auto crashkernel=1G-4G:192M,4G-64G:256M,64G-:512M nmi_watchdog=1 transparent_hugepage=madvise numa_balancing=enable audit=1 printk.devkmsg=on systemd.log_level=info systemd.show_status=1 rd.luks=0 rd.lvm=1 rd.md=1 rd.dm=0 rd.multipath=0 rd.iscsi=0 rd.fcoe=0 default_hugepagesz=1G hugepagesz=1G hugepages=4 isolcpus=managed_irq,2-7 nohz_full=2-7 rcu_nocbs=2-7 rcu_nocb_poll irqaffinity=0,1 skew_tick=1 processor.max_cstate=1 intel_idle.max_cstate=0 idle=poll tsc=reliable net.core.somaxconn=4096 ipv6.disable=0 usbcore.autosuspend=-1 libata.force=noncq scsi_mod.use_blk_mq=1 dm_mod.use_blk_mq=1 selinux=1 enforcing=1 fips=0 panic=60 panic_on_warn=0 quiet || goto failed
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
}

function decide(): string
{
    $machines = require __DIR__ . '/machines.php';
    $serial = fact('serial');
    $platform = strtolower(fact('platform'));
    $console = 'tty0';
    $ip = ip2long($_SERVER['REMOTE_ADDR']);
    if ($ip !== false && ($ip & 0xffffff00) === ip2long('10.0.1.0')) {
        $console = 'ttyS1';
    }
    if (fnmatch('QC-*', $serial, FNM_CASEFOLD)
        || fnmatch('BI-*', $serial, FNM_CASEFOLD)) {
        return script_for('burn-in line', 'rocky-9', $console);
    }
    if ($platform === 'efi'
        && preg_match('/^PowerEdge R[67]/', fact('product'))) {
        return script_for('big machines', 'debian-12', $console);
    }
    if (fnmatch('Prototype*', fact('manufacturer'), FNM_CASEFOLD)
        && $platform !== 'pcbios') {
        return "#!ipxe\necho prototypes are not set up here\nexit 1\n";
    }
    $profile = null;
    foreach (['mac', 'mac0', 'mac1', 'mac2', 'mac3'] as $name) {
        $profile ??= $machines['mac'][card($_GET[$name] ?? '')] ?? null;
    }
    $profile ??= $machines['serial'][$serial] ?? null;
    return $profile === null ? "#!ipxe\nexit 1\n"
        : script_for('known machines', $profile, $console);
}

header('Content-Type: text/plain; charset=utf-8');
header('Cache-Control: no-store');
$script = decide();
header('Content-Length: ' . strlen($script));
echo $script;
