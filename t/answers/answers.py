#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The shipped site's answer files, as the installers would read them.

Each profile of rules/ is rendered by `ipxectl render`, for BIOS and UEFI, as
shipped and with everything set, and each of its answer files goes through the
checker of its kind. Each family of installers must give the words its kernel
needs. The files of conf.d/ go through dnsmasq and testparm. Prints TAP.

    t/answers/answers.py --ipxectl BUILD/ipxectl
"""
import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ET

import yaml

import families
import kickstart

SRC = os.environ.get("SRCDIR") or os.path.dirname(
    os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUILD = os.environ.get("BUILDDIR", SRC)
HASH = "$6$0123456789abcdef$" + "x" * 86

# What a site may say in 10-site.yaml and 40-hosts.yaml, all at once.
FULL = {
    "admin_name": "ops", "admin_password": HASH, "disk": "nvme0n1",
    "ssh_keys": ["ssh-ed25519 AAAAC3NzaC1lZDI1 ops@desk",
                 "ssh-rsa AAAAB3NzaC1yc2E it's & <hers>"],
    "address": "10.0.0.21", "console": "ttyS1,115200n8",
    "proxy": "http://10.0.0.1:3142", "early_command": "echo early",
    "late_command": "echo late", "windows_password": "Secret<1>",
    "windows_key": "AAAAA-BBBBB-CCCCC-DDDDD-EEEEE",
    "windows_name": "WIN-01",
}
# Keys, and no password: then sudo must not ask for one.
KEYS = {"ssh_keys": FULL["ssh_keys"]}
VARIANTS = {"as shipped": {}, "with keys": KEYS, "with everything": FULL}


class Tap:
    """Counts and prints results."""

    def __init__(self):
        self.count = self.failed = 0

    def result(self, name, complaints):
        self.count += 1
        self.failed += bool(complaints)
        print("%sok %d - %s" % ("not " if complaints else "", self.count,
                                name.replace("#", "")))
        for line in complaints:
            for part in str(line).splitlines():
                print("# " + part)

    def skip(self, name, why):
        self.count += 1
        print("ok %d - %s # SKIP %s" % (self.count, name, why))

    def end(self):
        print("1..%d" % self.count)
        return 1 if self.failed else 0


def run(*command, **more):
    return subprocess.run(command, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, check=False,
                          **more)


def missing(text, *needed):
    return ["lacks %r" % n for n in needed if n not in text]


def unwanted(text, *words):
    return ["has %r" % w for w in words if w in text]


# ---- one function for each kind of answer file ----

def check_ks(text, case):
    release = "rhel7" if case["profile"].startswith("centos-7") else "rhel9"
    found = kickstart.check(text, release)
    if shutil.which("ksvalidator"):
        done = run("ksvalidator", "-v", release.upper(), "/dev/stdin",
                   input=kickstart.resolve(text))
        if done.returncode:
            found.append(done.stdout)
    found += missing(text, "rootpw --lock", "url --url=")
    if case["set"] is FULL:
        found += missing(text, HASH, "disk=nvme0n1", "--ip=10.0.0.21",
                         FULL["ssh_keys"][1])
    else:
        found += missing(text, "--lock", "--bootproto=dhcp")
    return found


PRESEED_LINE = re.compile(r"[a-z0-9-]+[ \t]+[a-z0-9/_-]+[ \t]+(string|boolean|"
                          r"select|multiselect|password|note|text)([ \t].*)?$")
PRESEED_NEEDS = """
    debian-installer/locale keyboard-configuration/xkb-keymap
    mirror/country mirror/http/hostname mirror/http/directory
    mirror/http/proxy clock-setup/utc time/zone passwd/root-login
    passwd/username passwd/user-password-crypted partman-auto/method
    partman-auto/choose_recipe partman-partitioning/confirm_write_new_label
    partman/choose_partition partman/confirm partman/confirm_nooverwrite
    partman-lvm/device_remove_lvm partman-md/device_remove_md
    grub-installer/only_debian grub-installer/bootdev tasksel/first
    finish-install/reboot_in_progress""".split()


def check_seed(text, case):
    with tempfile.NamedTemporaryFile("w", suffix=".seed") as file:
        file.write(text)
        file.flush()
        done = run("debconf-set-selections", "-c", file.name)
    found = [done.stdout] if done.returncode or done.stdout else []
    lines = [line for line in text.replace("\\\n", " ").split("\n")
             if line.strip() and not line.startswith("#")]
    found += ["not a preseed line: " + line for line in lines
              if not PRESEED_LINE.match(line)]
    names = [line.split()[1] for line in lines]
    found += ["%s is missing" % n for n in PRESEED_NEEDS if n not in names]
    found += ["%s is there twice" % n for n in set(names)
              if names.count(n) > 1]
    # Read after the network is up: without effect in a preseed.
    found += ["%s comes too late" % n for n in names if n.startswith("netcfg")]
    for line in lines:
        if line.split()[1].endswith("_command"):
            command = line.split(None, 3)[3]
            found += kickstart.check_script(line.split()[1], command + "\n")
    if (case["platform"] == "efi") != ("partman-efi/non_efi_system" in names):
        found.append("partman-efi/non_efi_system is for UEFI alone")
    if case["set"] is FULL:
        found += missing(text, HASH, "partman-auto/disk string /dev/nvme0n1",
                         "echo early", "echo late")
    else:
        found += missing(text, "user-password-crypted password !")
    return found


AUTOINSTALL = set("""
    version interactive-sections early-commands locale refresh-installer
    keyboard source network proxy apt storage identity active-directory
    ubuntu-pro ssh codecs drivers oem snaps debconf-selections packages kernel
    kernel-crash-dumps timezone updates shutdown late-commands error-commands
    reporting user-data zdevs""".split())


def check_install_script(text, case):
    found = kickstart.check_script("user-data", text)
    found += missing(text, "/started", "/failed", "/installed", "grub-install",
                     "\nreboot\n")
    if case["set"] is FULL:
        found += missing(text, HASH, "readlink -f /dev/nvme0n1", "echo late",
                         "console=ttyS1,115200n8")
    if not text.startswith("#!/bin/sh\n"):
        found.append("the first line is not #!/bin/sh")
    if ("authorized_keys" in text) != ("ssh_keys" in case["set"]):
        found.append("authorized_keys")
    return found


def check_user_data(text, case):
    if text.startswith("#!"):
        return check_install_script(text, case)
    with tempfile.NamedTemporaryFile("w") as file:
        file.write(text)
        file.flush()
        done = run("cloud-init", "schema", "-c", file.name)
    found = [done.stdout] if done.returncode else []
    if not text.startswith("#cloud-config\n"):
        found.append("the first line is not #cloud-config")
    top = yaml.safe_load(text)
    auto = top.get("autoinstall", {})
    found += ["unknown key %s" % k for k in auto if k not in AUTOINSTALL]
    found += ["unknown key beside autoinstall: %s" % k
              for k in top if k != "autoinstall"]
    if auto.get("version") != 1:
        found.append("version is not 1")
    identity = auto.get("identity", {})
    found += ["identity has no %s" % k for k in
              ("username", "hostname", "password") if not identity.get(k)]
    if not re.fullmatch(r"[a-z0-9-]{1,63}", identity.get("hostname", "")):
        found.append("hostname %r" % identity.get("hostname"))
    ssh = auto.get("ssh", {})
    if ssh.get("authorized-keys") != case["set"].get("ssh_keys", []):
        found.append("authorized-keys %r" % ssh.get("authorized-keys"))
    if ssh.get("allow-pw") is not (not case["set"].get("ssh_keys")):
        found.append("allow-pw %r" % ssh.get("allow-pw"))
    for command in auto.get("late-commands", []):
        found += kickstart.check_script("late-commands", command + "\n")
    if case["set"] is FULL:
        boot = auto["network"]["ethernets"]["boot"]
        if boot["addresses"] != ["10.0.0.21/24"]:
            found.append("addresses %r" % boot["addresses"])
        if auto["storage"]["layout"]["match"] != {"path": "/dev/nvme0n1"}:
            found.append("storage %r" % auto["storage"])
    return found


def check_meta_data(text, _case):
    data = yaml.safe_load(text)
    return [] if data.get("instance-id") else ["no instance-id"]


def check_vendor_data(text, _case):
    found = [] if text.startswith("#cloud-config\n") else ["no #cloud-config"]
    return found + ([] if yaml.safe_load(text) == {} else ["not empty"])


NS = {"u": "urn:schemas-microsoft-com:unattend"}
PASSES = ("windowsPE", "offlineServicing", "generalize", "specialize",
          "auditSystem", "auditUser", "oobeSystem")


def check_disk(disk, efi):
    order = [e.text for e in disk.findall(".//u:CreatePartition/u:Type", NS)]
    wanted = ["EFI", "MSR", "Primary"] if efi else ["Primary", "Primary"]
    found = [] if order == wanted else ["partitions %r" % order]
    numbers = [e.text for e in disk.findall(".//u:CreatePartition/u:Order",
                                            NS)]
    if numbers != [str(n + 1) for n in range(len(wanted))]:
        found.append("order %r" % numbers)
    active = disk.find(".//u:Active", NS)
    if (active is None) != efi:
        found.append("an active partition is for BIOS alone")
    return found


def check_xml(text, case):
    found = check_crlf(text)
    done = run("xmllint", "--noout", "-", input=text)
    if done.returncode:
        return found + [done.stdout]
    root = ET.fromstring(text.encode())
    if root.tag != "{%s}unattend" % NS["u"]:
        found.append("the root is %s" % root.tag)
    for settings in root.findall("u:settings", NS):
        if settings.get("pass") not in PASSES:
            found.append("pass %r" % settings.get("pass"))
    for part in root.iter("{%s}component" % NS["u"]):
        if part.get("publicKeyToken") != "31bf3856ad364e35":
            found.append("publicKeyToken of %s" % part.get("name"))
    efi = case["platform"] == "efi"
    found += check_disk(root.find(".//u:DiskConfiguration/u:Disk", NS), efi)
    to = root.find(".//u:InstallTo/u:PartitionID", NS).text
    if to != ("3" if efi else "2"):
        found.append("installs to partition %s" % to)
    name = root.find(".//u:ComputerName", NS).text
    if not re.fullmatch(r"[A-Za-z0-9-]{1,15}", name):
        found.append("ComputerName %r" % name)
    password = root.find(".//u:AdministratorPassword/u:Value", NS)
    if (password.text if password is not None else "") != \
            case["set"].get("windows_password", ""):
        found.append("the administrator's password")
    return found


def check_crlf(text):
    lines = text.split("\n")
    if lines[-1] != "":
        return ["the last line has no end"]
    return ["line %d has no CR LF" % n for n, line in enumerate(lines[:-1], 1)
            if not line.endswith("\r") or line.count("\r") != 1]


def check_ini(text, _case):
    found = check_crlf(text)
    if text.split() != ["[LaunchApps]", '"install.bat"']:
        found.append("it says %r" % text)
    return found


def check_bat(text, _case):
    found = check_crlf(text)
    labels = re.findall(r"^:(\w+)\r$", text, re.M)
    found += ["no label %s" % g for g in re.findall(r"goto (\w+)", text)
              if g not in labels]
    return found + missing(text, "wpeinit", "net use ", "setup.exe",
                           "/unattend:X:\\Windows\\System32\\autounattend.xml")


CHECKS = ((".ks", check_ks), (".seed", check_seed),
          ("user-data", check_user_data), ("meta-data", check_meta_data),
          ("vendor-data", check_vendor_data), (".xml", check_xml),
          (".ini", check_ini), (".bat", check_bat))


# ---- the site, rendered ----

def load(name):
    with open(os.path.join(SRC, "rules", name), encoding="utf-8") as file:
        return yaml.safe_load(file)


def served(profile, installers):
    """The names of a profile's answer files."""
    family = installers.get(profile.get("installer"), {})
    answers = profile.get("answers", family.get("answers", []))
    if isinstance(answers, dict):
        return list(answers)
    answers = [answers] if isinstance(answers, str) else answers
    return [os.path.basename(path) for path in answers]


def lead(folder, profiles):
    """A rule file that leads to each profile by an argument."""
    rules = []
    for profile in profiles:
        for variant, values in VARIANTS.items():
            name = "%s %s" % (profile, variant)
            rule = {"name": name, "when": {"args.check": name},
                    "boot": profile}
            if values:
                rule["set"] = values
            rules.append(rule)
    path = os.path.join(folder, "lead.yaml")
    with open(path, "w", encoding="utf-8") as file:
        yaml.safe_dump({"ipxe": 1, "rules": rules}, file)
    return path


def render(ipxectl, path, case, name):
    arch = "x86_64" if case["platform"] == "efi" else "i386"
    return subprocess.run(
        [ipxectl, "render", "--rules", path,
         "--rules", os.path.join(SRC, "rules"),
         "--templates", os.path.join(SRC, "ks-templates"),
         "--base-url", "http://10.0.0.1", "--answers", name,
         "mac=02:00:00:00:00:09", "platform=" + case["platform"],
         "arch=" + arch, "ip=10.0.0.150", "serial=SN 1",
         "manufacturer=Acme", "product=Box",
         "uuid=11112222-3333-4444-5555-666677778888",
         "check=" + case["profile"] + " " + case["variant"]],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)


def judge(check, served_bytes, case):
    """What is wrong; a file that a checker stumbles over is wrong too."""
    try:
        text = served_bytes.decode("utf-8")
        return check(text, case) + unwanted(text, "{{", "{%")
    except (ValueError, LookupError, TypeError, AttributeError,
            yaml.YAMLError) as error:
        return ["%s: %s" % (type(error).__name__, error)]


def check_answer(tap, ipxectl, path, case, name):
    title = "%s of %s, %s, %s" % (name, case["profile"], case["platform"],
                                  case["variant"])
    check = next((c for end, c in CHECKS if name.endswith(end)), None)
    done = render(ipxectl, path, case, name)
    if done.returncode:
        tap.result(title, [done.stderr.decode(errors="replace")])
    elif check is None:
        tap.result(title, ["no checker for this kind of file"])
    else:
        tap.result(title, judge(check, done.stdout, case))


def check_site(tap, ipxectl, folder):
    installers = load("00-installers.yaml")["installers"]
    profiles = {name: served(profile, installers) for name, profile
                in load("20-profiles.yaml")["profiles"].items()}
    profiles = {name: names for name, names in profiles.items() if names}
    path = lead(folder, profiles)
    for profile, names in profiles.items():
        for platform in ("pcbios", "efi"):
            for variant, values in VARIANTS.items():
                case = {"profile": profile, "platform": platform,
                        "variant": variant, "set": values}
                for name in names:
                    check_answer(tap, ipxectl, path, case, name)


# ---- conf.d ----

def proxy_variant(text):
    """dnsmasq.conf turned into its commented proxy-DHCP variant."""
    away = ("dhcp-range", "dhcp-option=option:router", "dhcp-authoritative",
            "dhcp-option=tag:ipxe,encap", "dhcp-boot=tag:!ipxe")
    lines = [line for line in text.split("\n") if not line.startswith(away)]
    return "\n".join(line[1:] if re.match("#(dhcp-range|pxe-service)", line)
                     else line for line in lines)


def check_dnsmasq(text, folder):
    text = text.replace("/var/lib/tftpboot", folder)
    path = os.path.join(folder, "dnsmasq.conf")
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    done = run("dnsmasq", "--test", "-C", path)
    found = [done.stdout] if done.returncode else []
    for line in text.split("\n"):
        if re.match(r"dhcp-boot=.*http://\S+boot\.ipxe", line) and \
                not line.startswith("dhcp-boot=tag:ipxe,"):
            found.append("the entry for a client that is not iPXE: " + line)
    return found + missing(text, "dhcp-boot=tag:ipxe,http://")


def check_samba(path):
    done = subprocess.run(["testparm", "-s", "-v", path],
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          text=True, check=False)
    if done.returncode:
        return [done.stderr]
    share = done.stdout.split("[install]")[1]
    return unwanted(share, "read only = No", "guest ok = Yes") + \
        missing(done.stdout, "map to guest = Never",
                "server signing = required", "ntlm auth = ntlmv2-only") + \
        missing(share, "valid users = ipxe")


def check_conf(tap, folder):
    name = os.path.join(SRC, "conf.d", "dnsmasq.conf")
    with open(name, encoding="utf-8") as file:
        text = file.read()
    if shutil.which("dnsmasq"):
        tap.result("dnsmasq.conf", check_dnsmasq(text, folder))
        tap.result("dnsmasq.conf, proxy",
                   check_dnsmasq(proxy_variant(text), folder))
    else:
        tap.skip("dnsmasq.conf", "no dnsmasq")
    if shutil.which("testparm"):
        tap.result("samba.conf", check_samba(
            os.path.join(SRC, "conf.d", "samba.conf")))
    else:
        tap.skip("samba.conf", "no testparm")


# ---- do the checkers see anything? ----

BAD_KICKSTARTS = {
    "a section with no %end": ("%packages\n@core\n", "has no %end"),
    "an unknown command": ("reeboot\n", "unknown command"),
    "an option of another release": (
        "timezone UTC --ntp-server=a\n", "has no option"),
    "an include that nothing writes": ("%include /tmp/x\n", "nothing writes"),
    "a command that is missing": ("text\n", "rootpw is missing"),
    "another release's group": (
        "%packages\n@^minimal-environment\n%end\n", "no group"),
    "a broken script": ("%pre\nif true\n%end\n", "syntax error"),
}


def check_checkers(tap):
    for name, (text, words) in BAD_KICKSTARTS.items():
        found = "\n".join(kickstart.check(text, "rhel7"))
        tap.result("the checker sees " + name, missing(found, words))
    case = {"platform": "efi", "profile": "debian-12", "set": {}}
    found = "\n".join(check_seed("d-i netcfg/get_hostname string x\n", case))
    tap.result("the checker sees a preseed that asks",
               missing(found, "comes too late", "partman/confirm is missing",
                       "non_efi_system"))
    found = "\n".join(check_user_data("#cloud-config\nautoinstall: {versio: "
                                      "1}\n", case))
    tap.result("the checker sees a wrong autoinstall",
               missing(found, "unknown key versio", "version is not 1"))
    tap.result("the checker sees a missing CR",
               [] if check_ini('[LaunchApps]\n"install.bat"\n', case)
               else ["it does not"])


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--ipxectl", default=os.path.join(BUILD, "ipxectl"))
    ipxectl = os.path.abspath(parser.parse_args().ipxectl)
    tap = Tap()
    check_checkers(tap)
    with tempfile.TemporaryDirectory() as folder:
        check_conf(tap, folder)
        if os.path.exists(ipxectl):
            check_site(tap, ipxectl, folder)
            families.check_families(tap, ipxectl, SRC, folder)
        else:
            tap.result("ipxectl", ["%s is missing" % ipxectl])
    return tap.end()


if __name__ == "__main__":
    sys.exit(main())
