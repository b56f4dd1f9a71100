# shellcheck shell=sh
# SPDX-License-Identifier: Apache-2.0
# Which packages the build and the tests need, and how they are installed:
# sourced by quickstart and runtests. Each line: what for, Debian's name,
# Fedora's and RHEL's name ("-": not needed or not there).

package_table() {
    cat <<'TABLE'
build apache2-bin httpd
build apache2-dev httpd-devel
build autoconf autoconf
build automake automake
build curl curl
build gcc gcc
build libapr1-dev apr-devel
build libaprutil1-dbd-sqlite3 apr-util-sqlite
build libaprutil1-dev apr-util-devel
build liblmdb-dev lmdb-devel
build libpcre2-dev pcre2-devel
build libssl-dev openssl-devel
build libtool libtool
build libyaml-dev libyaml-devel
build make make
build pkg-config pkgconf-pkg-config
test cloud-init cloud-init
test cpio cpio
test debconf-utils debconf
test debian-installer-12-netboot-amd64 -
test dnsmasq-base dnsmasq
test git git
test iproute2 iproute
test ipxe ipxe-bootimgs-x86
test ipxe-qemu ipxe-roms-qemu
test libapache2-mod-perl2 mod_perl-devel
test libaprutil1-dbd-mysql apr-util-mysql
test libaprutil1-dbd-pgsql apr-util-pgsql
test libxml2-utils libxml2
test mariadb-server mariadb-server
test ovmf edk2-ovmf
test postgresql postgresql-server
test procps procps-ng
test python3 python3
test python3-jinja2 python3-jinja2
test python3-jsonschema python3-jsonschema
test python3-yaml python3-pyyaml
test qemu-system-x86 qemu-system-x86-core
test samba-common-bin samba-common-tools
test seabios seabios-bin
test universal-ctags ctags
test util-linux util-linux
all apache2-utils httpd-tools
all chromium chromium
all chromium-driver chromedriver
all clang clang
all libapache2-mod-php php
all libclang-rt-14-dev compiler-rt
all libfaketime libfaketime
all memtest86+ memtest86+
all mmdebstrap mmdebstrap
all npm npm
all squashfs-tools squashfs-tools
all valgrind valgrind
all wrk wrk
TABLE
}

# The names for this system of what is asked for: packages_for build test ...
packages_for() {
    if command -v apt-get >/dev/null 2>&1; then column=2; else column=3; fi
    for want in "$@"; do
        package_table | awk -v w="$want" -v c="$column" \
            '$1 == w && $c != "-" { print $c }'
    done
}

package_there() {
    # Others' Node.js brings its own.
    [ "$1" = npm ] && command -v npm >/dev/null 2>&1 && return 0
    if command -v dpkg-query >/dev/null 2>&1; then
        dpkg-query -W -f '${Status}' "$1" 2>/dev/null |
            grep -q 'install ok installed'
    else
        rpm -q --whatprovides "$1" >/dev/null 2>&1
    fi
}

# What is asked for and not there: packages_missing build test ...
packages_missing() {
    for package in $(packages_for "$@"); do
        package_there "$package" || printf ' %s' "$package"
    done
}

# The command that installs the packages behind it.
packages_command() {
    if command -v apt-get >/dev/null 2>&1; then
        echo "apt-get update && apt-get install -y --no-install-recommends"
    elif command -v dnf >/dev/null 2>&1; then
        echo "dnf install -y"
    else
        echo "(with neither apt-get nor dnf) install"
    fi
}

# Runs what follows as root, by sudo where a user calls.
packages_as_root() {
    if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo "$@"; fi
}

# PACKAGE...: installs them, and prints what goes wrong alone.
packages_fetch() {
    if command -v apt-get >/dev/null 2>&1; then
        packages_as_root apt-get update -qq || true
        packages_as_root env DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 \
            apt-get install -y -qq --no-install-recommends "$@" >/dev/null
    elif command -v dnf >/dev/null 2>&1; then
        packages_as_root dnf install -y -q "$@"
    else
        return 1
    fi
}

# Installs what is missing, and says so; where it may not or cannot, says what
# root has to do, and fails.
packages_install() {
    missing=$(packages_missing "$@")
    [ -n "$missing" ] || return 0
    if [ "$(id -u)" -eq 0 ] || command -v sudo >/dev/null 2>&1; then
        echo "installing:$missing"
        # shellcheck disable=SC2086 # word by word
        packages_fetch $missing || true
        missing=$(packages_missing "$@")
        [ -n "$missing" ] || return 0
    fi
    echo "these packages are missing; as root:" >&2
    echo "  $(packages_command)$missing" >&2
    return 1
}
