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
        rpm -q "$1" >/dev/null 2>&1
    fi
}

# Installs what is missing; says so, and what to do where it may not.
packages_install() {
    missing=
    for package in $(packages_for "$@"); do
        package_there "$package" || missing="$missing $package"
    done
    [ -z "$missing" ] && return 0
    echo "installing:$missing"
    if [ "$(id -u)" -eq 0 ]; then
        as_root=
    elif command -v sudo >/dev/null 2>&1; then
        as_root=sudo
    else
        echo "these packages are missing; as root, install:$missing" >&2
        return 1
    fi
    # shellcheck disable=SC2086 # word by word
    if command -v apt-get >/dev/null 2>&1; then
        $as_root apt-get update -qq &&
            $as_root env DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 \
                apt-get install -y -qq --no-install-recommends $missing \
                >/dev/null
    elif command -v dnf >/dev/null 2>&1; then
        $as_root dnf install -y -q $missing
    else
        echo "no apt-get and no dnf here; install:$missing" >&2
        return 1
    fi
}
