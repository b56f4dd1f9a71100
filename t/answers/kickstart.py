# SPDX-License-Identifier: Apache-2.0
"""A strict checker of kickstarts for RHEL 7 and RHEL 9.

check(text, release) returns a list of complaints, empty where it is fine.
It knows the commands of both releases, the options of those that a server's
kickstart uses, which sections there are and that each is closed, and what an
unattended installation cannot do without. What %pre writes with `cat >` and
%include reads is checked in its place, as Anaconda would.
"""
import re
import shlex
import subprocess

COMMON = """
    autopart bootloader btrfs cdrom clearpart cmdline driverdisk eula fcoe
    firewall firstboot graphical group halt harddrive ignoredisk iscsi
    iscsiname keyboard lang liveimg logging logvol mediacheck network nfs part
    partition poweroff raid realm reboot repo rescue rootpw selinux services
    shutdown skipx sshpw text timezone updates url user vnc volgroup xconfig
    zerombr zfcp
""".split()
COMMANDS = {
    "rhel7": set(COMMON) | {"auth", "authconfig", "install", "upgrade",
                            "autostep", "unsupported_hardware"},
    "rhel9": set(COMMON) | {"authselect", "hmc", "module", "mount", "nvdimm",
                            "ostreesetup", "reqpart", "rhsm", "snapshot",
                            "sshkey", "syspurpose", "timesource", "zipl"},
}

# Options of the commands that are looked at closely; a name that ends in '='
# needs a value. What a release has beyond the other stands below.
OPTIONS = {
    "autopart": "--type= --fstype= --encrypted --passphrase= --nolvm",
    "bootloader": "--append= --boot-drive= --leavebootorder --driveorder= "
                  "--location= --password= --iscrypted --timeout= --default= "
                  "--extlinux --disabled --nombr",
    "clearpart": "--all --drives= --initlabel --linux --list= --none "
                 "--disklabel=",
    "eula": "--agreed",
    "firewall": "--enabled --enable --disabled --disable --trust= --ssh "
                "--smtp --http --ftp --port= --service=",
    "firstboot": "--enable --enabled --disable --disabled --reconfig",
    "ignoredisk": "--drives= --only-use= --interactive",
    "keyboard": "--vckeymap= --xlayouts= --switch=",
    "lang": "--addsupport=",
    "network": "--activate --bootproto= --device= --onboot= --hostname= "
               "--ip= --netmask= --gateway= --nameserver= --nodns --noipv4 "
               "--noipv6 --ipv6= --ipv6gateway= --mtu= --ethtool= "
               "--dhcpclass= --nodefroute --bondslaves= --bondopts= "
               "--vlanid= --interfacename= --teamslaves= --teamconfig= "
               "--bridgeslaves= --bridgeopts= --no-activate",
    "reboot": "--eject --kexec",
    "rootpw": "--iscrypted --plaintext --lock",
    "selinux": "--enforcing --permissive --disabled",
    "services": "--disabled= --enabled=",
    "skipx": "",
    "text": "",
    "timezone": "",
    "url": "--url= --proxy= --noverifyssl --mirrorlist=",
    "user": "--name= --gecos= --groups= --homedir= --password= --iscrypted "
            "--plaintext --lock --shell= --uid= --gid=",
    "zerombr": "",
}
EXTRA = {
    "rhel7": {"timezone": "--utc --isUtc --ntpservers= --nontp"},
    "rhel9": {"timezone": "--utc --isUtc --nontp --ntpservers=",
              "timesource": "--ntp-disable --ntp-server= --ntp-pool= --nts",
              "sshkey": "--username=",
              "text": "--non-interactive",
              "rootpw": "--allow-ssh",
              "url": "--metalink= --sslcacert= --sslclientcert= "
                     "--sslclientkey=",
              "network": "--ipv4-dns-search= --ipv6-dns-search= "
                         "--ipv4-ignore-auto-dns --ipv6-ignore-auto-dns "
                         "--bindto="},
}
# Deprecated there: it still works and warns, which a shipped file should not.
DEPRECATED = {"rhel7": {}, "rhel9": {"timezone": ["--isUtc", "--ntpservers",
                                                  "--nontp"]}}

SECTIONS = {
    "%pre": "--erroronfail --interpreter= --log=",
    "%pre-install": "--erroronfail --interpreter= --log=",
    "%post": "--erroronfail --interpreter= --log= --nochroot",
    "%onerror": "--erroronfail --interpreter= --log=",
    "%traceback": "--erroronfail --interpreter= --log=",
    "%packages": "--default --excludedocs --ignoremissing --instLangs= "
                 "--multilib --nocore --inst-langs= --exclude-weakdeps "
                 "--excludeWeakdeps --retries= --timeout=",
    "%addon": None,  # the add-on's own
    "%anaconda": "",
}
SCRIPTS = ("%pre", "%pre-install", "%post", "%onerror", "%traceback")

REQUIRED = ("url", "lang", "keyboard", "network", "rootpw", "timezone",
            "zerombr", "clearpart", "ignoredisk", "bootloader", "autopart",
            "reboot", "%packages")

# Environment groups have other names in each release.
GROUPS = {
    "rhel7": {"@^minimal", "@core", "@base", "@development", "@legacy-unix",
              "@^infrastructure-server-environment",
              "@^graphical-server-environment"},
    "rhel9": {"@^minimal-environment", "@^server-product-environment",
              "@core", "@standard", "@development", "@legacy-unix",
              "@headless-management"},
}


class Kickstart:
    """What a kickstart says: its commands and sections, and complaints."""

    def __init__(self, release):
        self.release = release
        self.complaints = []
        self.seen = set()
        self.sections = []  # (name, body)
        self.includes = []

    def complain(self, number, what):
        self.complaints.append("line %d: %s" % (number, what))

    def read(self, text):
        section = None
        for number, line in enumerate(text.split("\n"), 1):
            word = (line.split() or [""])[0]
            if section:
                if word == "%end":
                    self.sections.append((section[0], "\n".join(section[1])))
                    section = None
                elif word in SECTIONS:
                    self.complain(number, "%s inside %s, which has no %%end"
                                  % (word, section[0]))
                    section = (word, [])
                else:
                    section[1].append(line)
            elif word == "%end":
                self.complain(number, "%end with no section open")
            elif word == "%include":
                self.includes.append((number, line.split()[1]))
            elif word.startswith("%"):
                self.open(number, line, word)
                section = (word, [])
            elif line.strip() and not word.startswith("#"):
                self.command(number, line)
        if section:
            self.complain(text.count("\n"), "%s has no %%end" % section[0])

    def open(self, number, line, word):
        if word not in SECTIONS:
            self.complain(number, "unknown section %s" % word)
        elif SECTIONS[word] is not None:
            self.options(number, word, line, SECTIONS[word])
        self.seen.add(word)

    def command(self, number, line):
        if line[0].isspace():
            self.complain(number, "a command does not begin at the margin")
        name = line.split()[0]
        if name not in COMMANDS[self.release]:
            self.complain(number, "unknown command %s" % name)
            return
        self.seen.add(name)
        if name in OPTIONS or name in EXTRA[self.release]:
            known = OPTIONS.get(name, "") + " " + \
                EXTRA[self.release].get(name, "")
            self.options(number, name, line, known)

    def options(self, number, name, line, known):
        known = known.split()
        try:
            words = shlex.split(line, comments=True)[1:]
        except ValueError as error:
            self.complain(number, str(error))
            return
        for word in (w for w in words if w.startswith("--")):
            option, equals, value = word.partition("=")
            if option + "=" in known:
                if not value:
                    self.complain(number, "%s needs a value" % option)
            elif option not in known:
                self.complain(number, "%s has no option %s" % (name, option))
            elif equals:
                self.complain(number, "%s takes no value" % option)
            if option in DEPRECATED[self.release].get(name, []):
                self.complain(number, "%s %s is deprecated" % (name, option))


def written_by_pre(sections):
    """Files that %pre writes by `cat > FILE <<END`, with a sample disk."""
    files = {}
    for name, body in sections:
        if name == "%pre":
            for path, _, text in re.findall(
                    r"^cat > (\S+) <<'?(\w+)'?\n(.*?)^\2$", body, re.M | re.S):
                files[path] = text.replace("$disk", "sda")
    return files


def resolve(text):
    """The text with what %pre writes in the place of its %include."""
    first = Kickstart("rhel9")
    first.read(text)
    files = written_by_pre(first.sections)
    return re.sub(r"^%include (\S+)$",
                  lambda m: files.get(m.group(1), m.group(0)).rstrip("\n"),
                  text, flags=re.M)


def check_script(name, body):
    done = subprocess.run(["bash", "-n"], input=body, text=True,
                          stderr=subprocess.PIPE, check=False)
    return ["%s: %s" % (name, done.stderr.strip())] if done.returncode else []


def check(text, release):
    """The complaints about a kickstart for that release."""
    if not text.endswith("\n"):
        return ["the last line has no end"]
    kickstart = Kickstart(release)
    kickstart.read(resolve(text))
    found = kickstart.complaints
    for number, path in kickstart.includes:
        found.append("line %d: nothing writes %s" % (number, path))
    for name in REQUIRED:
        if name not in kickstart.seen:
            found.append("%s is missing" % name)
    for name, body in kickstart.sections:
        if name in SCRIPTS:
            found += check_script(name, body)
        if name == "%packages":
            found += ["no group %s in %s" % (line, release)
                      for line in body.split("\n")
                      if line.startswith("@") and line not in GROUPS[release]]
    return found
