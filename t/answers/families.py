# SPDX-License-Identifier: Apache-2.0
"""Every shipped family of installers with the least that a profile must say,
and words that its script must and must not have on each firmware."""
import os
import subprocess

import yaml

TREE = "http://10.0.0.1/OS/x/"
ANSWERS = "http://10.0.0.1/ipxe/answers/TICKET/"
ME = "BOOTIF=01-02-00-00-00-00-09"
NOT_HERE = "is not for this machine"


def both(*words):
    return {"pcbios": words, "efi": words}


# family: what the profile adds, and words of its script by firmware.
FAMILIES = {
    "anaconda": ({}, both(
        TREE + "images/pxeboot/vmlinuz initrd=initrd.img",
        "inst.repo=" + TREE + " ", "inst.ks=" + ANSWERS + "anaconda.ks",
        "inst.ks.sendmac", "ip=dhcp", ME)),
    "debian-installer": ({}, both(
        TREE + "linux initrd=initrd.gz", "auto=true", "priority=critical",
        "url=" + ANSWERS + "debian.seed", "interface=auto", ME,
        "hostname=node-020000000009")),
    "subiquity": ({"vars": {"live_iso": "x.iso"}}, both(
        TREE + "casper/vmlinuz initrd=initrd ", "autoinstall",
        "url=http://10.0.0.1/x.iso", "cloud-config-url=/dev/null",
        "ds=nocloud;dsmode=net;s=" + ANSWERS + " ")),
    "autoyast": ({"answers": "a.xml", "report": "none"}, both(
        TREE + "boot/x86_64/loader/linux initrd=initrd", "install=" + TREE,
        "autoyast=" + ANSWERS + "a.xml", "netsetup=dhcp", ME)),
    "agama": ({"answers": "a.json", "report": "none", "vars": {"live_iso": "x.iso"}}, both(
        "root=live:http://10.0.0.1/x.iso", "rd.neednet=1",
        "inst.auto=" + ANSWERS + "a.json")),
    "coreos": ({"answers": "a.json", "report": "none", "vars": {"coreos_disk": "/dev/sda"}},
               both("initrd=initramfs.img",
                    "coreos.live.rootfs_url=" + TREE + "rootfs.img",
                    "coreos.inst.install_dev=/dev/sda",
                    "coreos.inst.ignition_url=" + ANSWERS + "a.json")),
    "coreos-live": ({"answers": "a.json"}, both(
        "ignition.firstboot", "ignition.platform.id=metal",
        "ignition.config.url=" + ANSWERS + "a.json")),
    "flatcar": ({"answers": "a.json"}, both(
        "flatcar.first_boot=1", "ignition.config.url=" + ANSWERS + "a.json")),
    "windows": ({"vars": {
        "smb_server": "10.0.0.1", "smb_share": "s", "smb_user": "u",
        "smb_password": "p", "windows_source": "2022",
        "windows_image": "Windows"}}, both(
            "kernel http://10.0.0.1/tools/wimboot ||",
            "initrd --name winpeshl.ini " + ANSWERS +
            "winpeshl.ini winpeshl.ini",
            "initrd --name boot.wim " + TREE + "sources/boot.wim boot.wim")),
    "esxi": ({"answers": ["boot.cfg"]}, {
        "pcbios": ("mboot.c32 -c " + ANSWERS + "boot.cfg",),
        "efi": ("efi/boot/bootx64.efi -c " + ANSWERS + "boot.cfg",)}),
    "proxmox": ({"vars": {"live_iso": "x.iso"}}, both(
        "initrd=initrd.img ", "proxmox-start-auto-installer",
        "initrd --name proxmox.iso http://10.0.0.1/x.iso /proxmox.iso")),
    "talos": ({"answers": "a.yaml"}, both(
        "vmlinuz-amd64 initrd=initramfs-amd64.xz", "talos.platform=metal",
        "talos.config=" + ANSWERS + "a.yaml")),
    "alpine": ({"vars": {"alpine_repo": "http://m/alpine/v3.22"}}, both(
        "initrd=initramfs-lts", "modloop=" + TREE + "modloop-lts",
        "alpine_repo=http://m/alpine/v3.22/main")),
    "archlinux": ({}, both("archisobasedir=arch",
                           "archiso_http_srv=" + TREE + " ")),
    "nixos": ({"vars": {"nixos_init": "/nix/store/x/init"}}, both(
        "bzImage initrd=initrd init=/nix/store/x/init")),
    "memdisk": ({"initrd": "a.iso", "args": ["iso"]}, {
        "pcbios": ("tools/memdisk", " raw iso",
                   "initrd http://10.0.0.1/a.iso"),
        "efi": (NOT_HERE,)}),
    "freebsd": ({}, {"pcbios": (" raw harddisk", TREE + "mfsbsd.img"),
                     "efi": (NOT_HERE,)}),
    "openbsd": ({"vars": {"openbsd_release": 77}}, {
        "pcbios": (" raw iso", TREE + "cd77.iso"), "efi": (NOT_HERE,)}),
    "openbsd-efi": ({"vars": {"openbsd_release": 77}}, {
        "pcbios": (NOT_HERE,),
        "efi": ("sanboot --no-describe " + TREE + "miniroot77.img",)}),
    "live": ({}, both("boot=live", "components", ME,
                      "fetch=" + TREE + "live/filesystem.squashfs ")),
    "image": ({}, both(
        "boot=live", "fetch=" + TREE + "live/filesystem.squashfs ",
        "ds=nocloud;dsmode=net;s=" + ANSWERS + " ")),
    "casper": ({"vars": {"live_iso": "x.iso"}}, both(
        "boot=casper", "url=http://10.0.0.1/x.iso",
        "cloud-config-url=/dev/null")),
    "efi": ({"efi": "tools/a.efi"}, {
        "pcbios": (NOT_HERE,), "efi": ("http://10.0.0.1/tools/a.efi",)}),
    "xen": ({}, {"pcbios": (TREE + "xen.gz", TREE + "vmlinuz console=hvc0",
                            TREE + "initrd.img"),
                 "efi": (NOT_HERE,)}),
}


def write_site(folder, source):
    """Rules with a profile of each family, and answer files for them."""
    profiles, rules = {}, []
    for family, (more, _words) in FAMILIES.items():
        profiles[family] = {"installer": family, "tree": "OS/x", **more}
        rules.append({"name": family, "when": {"args.check": family},
                      "boot": family})
    path = os.path.join(folder, "families.yaml")
    with open(path, "w", encoding="utf-8") as file:
        yaml.safe_dump({"ipxe": 1, "profiles": profiles, "rules": rules},
                       file)
    templates = os.path.join(folder, "ks-templates")
    os.mkdir(templates)
    for name in os.listdir(os.path.join(source, "ks-templates")):
        os.symlink(os.path.join(source, "ks-templates", name),
                   os.path.join(templates, name))
    for name, text in (("a.xml", "<a/>\n"), ("a.json", "{}\n"),
                       ("a.yaml", "a: 1\n"), ("boot.cfg", "title=a\n")):
        with open(os.path.join(templates, name), "w",
                  encoding="utf-8") as file:
            file.write(text)
    return path, templates


def complaints(ipxectl, source, site, family, platform):
    path, templates = site
    done = subprocess.run(
        [ipxectl, "render", "--rules",
         os.path.join(source, "rules", "00-installers.yaml"),
         "--rules", path, "--templates", templates,
         "--base-url", "http://10.0.0.1", "--user-agent", "iPXE/2.0.0",
         "mac=02:00:00:00:00:09", "platform=" + platform, "arch=x86_64",
         "check=" + family],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        check=False)
    if done.returncode:
        return [done.stderr]
    found = ["lacks %r" % w for w in FAMILIES[family][1][platform]
             if w not in done.stdout]
    return found + (done.stdout.split("\n") if found else [])


def check_families(tap, ipxectl, source, folder):
    with open(os.path.join(source, "rules", "00-installers.yaml"),
              encoding="utf-8") as file:
        shipped = set(yaml.safe_load(file)["installers"])
    tap.result("each family is looked at", [
        "%s is not" % name for name in shipped ^ set(FAMILIES)])
    site = write_site(folder, source)
    for family in sorted(shipped & set(FAMILIES)):
        for platform in ("pcbios", "efi"):
            tap.result("family %s, %s" % (family, platform), complaints(
                ipxectl, source, site, family, platform))
