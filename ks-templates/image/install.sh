#!/bin/sh
{# user-data of the installer `image`: cloud-init in the live system runs it as
   root. What it prints is on the console and in /var/log/cloud-init-output.log
   there. #}
# Puts this live system on the disk of {{ node_name }}: {{ profile.title }}
set -eu
image=/run/live/rootfs/filesystem.squashfs
target=/mnt
step=begin

ended() {
    [ "$1" -ne 0 ] || return 0
    echo "the installation stopped at: $step"
    case $step in
    disk) {{ report('failed', 'no disk to install on') }} ;;
    parts) {{ report('failed', 'the disk could not be partitioned') }} ;;
    copy) {{ report('failed', 'the image could not be copied') }} ;;
    boot) {{ report('failed', 'no boot loader') }} ;;
    *) {{ report('failed', 'the installation stopped') }} ;;
    esac
}
trap 'ended $?' EXIT

{{ report('started') }} || true

step=disk
{% if disk %}
disk=$(readlink -f /dev/{{ disk|quote }})
{% else %}
# The first that is not on USB.
disk=
for name in $(lsblk -d -n -o NAME | sort); do
    case $name in
    nvme*|sd*|vd*|xvd*|mmcblk?) ;;
    *) continue ;;
    esac
    case $(readlink -f "/sys/block/$name") in
    */usb*) continue ;;
    esac
    if [ "$(cat "/sys/block/$name/removable")" = 0 ] &&
       [ "$(cat "/sys/block/$name/size")" -gt 0 ]; then
        disk=/dev/$name
        break
    fi
done
{% endif %}
[ -b "$disk" ]

# One root, and what GRUB needs to start from on BIOS and on UEFI: the disk
# boots on both.
step=parts
wipefs -a -f "$disk"
sfdisk --wipe always --wipe-partitions always "$disk" <<END
label: gpt
size=1MiB, type=21686148-6449-6E6F-744E-656564454649
size=256MiB, type=C12A7328-F81F-11D2-BA4B-00A0C93EC93B
type=0FC63DAF-8483-4772-8E79-3D69D8477DE4
END
udevadm settle
case $disk in
*[0-9]) part=${disk}p ;;
*) part=$disk ;;
esac
mkfs.vfat -F 32 "${part}2"
mkfs.ext4 -q -F "${part}3"
mount "${part}3" $target
{{ report('progress', percent=10) }} || true

step=copy
cp -ax $image/. $target/
mkdir -p $target/boot/efi
mount "${part}2" $target/boot/efi
{{ report('progress', percent=70) }} || true

# What makes it this machine. cloud-init has no more to do.
step=settings
cat >$target/etc/fstab <<END
UUID=$(blkid -s UUID -o value "${part}3") / ext4 errors=remount-ro 0 1
UUID=$(blkid -s UUID -o value "${part}2") /boot/efi vfat umask=0077 0 2
END
echo {{ node_name|quote }} >$target/etc/hostname
cat >$target/etc/hosts <<'END'
127.0.0.1 localhost
127.0.1.1 {{ node_name }}.{{ dns_domain }} {{ node_name }}
::1 localhost ip6-localhost ip6-loopback
END
ln -sf {{ ('/usr/share/zoneinfo/' ~ timezone)|quote }} $target/etc/localtime
echo uninitialized >$target/etc/machine-id
touch $target/etc/cloud/cloud-init.disabled

for folder in dev proc sys; do
    mount --rbind --make-rslave /$folder $target/$folder
done

# root has no password; this account logs in and uses sudo.
chroot $target useradd -m -s /bin/bash -G sudo {{ admin_name|quote }}
echo {{ (admin_name ~ ':' ~ (admin_password or '!'))|quote }} |
    chroot $target chpasswd -e
{% if ssh_keys %}
{% set home = '/home/' ~ admin_name %}
chroot $target install -d -m 0700 -o {{ admin_name|quote }} \
    -g {{ admin_name|quote }} {{ (home ~ '/.ssh')|quote }}
echo {{ (ssh_keys|join('\n') ~ '\n')|b64encode }} | base64 -d \
    >$target{{ (home ~ '/.ssh/authorized_keys')|quote }}
chroot $target chown {{ (admin_name ~ ':')|quote }} \
    {{ (home ~ '/.ssh/authorized_keys')|quote }}
{% if admin_password in ['', '!', '*'] %}
echo {{ (admin_name ~ ' ALL=(ALL) NOPASSWD: ALL')|quote }} \
    >$target/etc/sudoers.d/90-admin
chmod 0440 $target/etc/sudoers.d/90-admin
{% endif %}
{% endif %}
[ ! -x $target/usr/sbin/sshd ] || chroot $target ssh-keygen -A
{% if late_command is defined and late_command %}
chroot $target sh -c {{ late_command|quote }}
{% endif %}

# The firmware's own order stays as it is: network first. So it is the name
# that every firmware looks for on a disk.
step=boot
mkdir -p $target/etc/default/grub.d
cat >$target/etc/default/grub.d/90-image.cfg <<'END'
GRUB_TIMEOUT=2
# Text alone: with no screen there, a graphical menu may hang.
GRUB_TERMINAL=console
{% if console is defined %}
GRUB_CMDLINE_LINUX="console=tty0 console={{ console }}"
{% endif %}
END
chroot $target grub-install --target=i386-pc "$disk"
chroot $target grub-install --target=x86_64-efi --efi-directory=/boot/efi \
    --removable --no-nvram
chroot $target update-grub
{{ report('progress', percent=90) }} || true

# The last thing is to tell the server, which boots this disk from now on; one
# that was not told would install again.
step=end
sync
umount -R $target || true
n=0
until {{ report('installed') }}; do
    n=$((n + 1))
    [ $n -lt 30 ] || exit 1
    sleep 10
done
reboot
