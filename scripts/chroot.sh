# shellcheck shell=bash disable=SC2154 # root is that of lib.sh
# Small Debian systems in folders, for the scripts that try other versions than this machine has. Sourced, after lib.sh.
# They need root, and are kept: to have one made anew, remove its folder.

chroots=$root/build/chroots
# What is done in making them.
chroot_log=$chroots/log

# make_chroot SUITE FOLDER: the packages of that suite, without those that are not needed to install more, if it is not there
# yet. No service that is installed later is started.
make_chroot() {
    local suite=$1 folder=$2 mirror=http://deb.debian.org
    [ ! -e "$folder/etc/helpdesk_complete" ] || return 0
    install_packages debootstrap
    rm -rf "$folder"
    mkdir -p "$folder"
    echo "Making a chroot of $suite in $folder"
    debootstrap --variant=minbase "$suite" "$folder" "$mirror/debian" >>"$chroot_log"
    if [ "$suite" != sid ]; then
        printf 'deb %s %s main\n' "$mirror/debian" "$suite-updates" "$mirror/debian-security" "$suite-security" \
            >"$folder/etc/apt/sources.list.d/updates.list"
    fi
    # A mirror may keep lists beyond their date.
    echo 'Acquire::Check-Valid-Until "false";' >"$folder/etc/apt/apt.conf.d/90helpdesk"
    printf '#!/bin/sh\nexit 101\n' >"$folder/usr/sbin/policy-rc.d"
    chmod +x "$folder/usr/sbin/policy-rc.d"
    touch "$folder/etc/helpdesk_complete"
}

# install_in FOLDER PACKAGE …
install_in() {
    local folder=$1
    shift
    { chroot "$folder" apt-get -qq update &&
        DEBIAN_FRONTEND=noninteractive chroot "$folder" apt-get -qq install -y --no-install-recommends "$@"; } \
        >>"$chroot_log" 2>&1 || {
        tail "$chroot_log" >&2
        return 1
    }
}

# run_in FOLDER COMMAND …: in it, with processes, mounts and a loopback network of its own, which end with the command.
run_in() {
    local folder=$1
    shift
    # shellcheck disable=SC2016 # expanded by the inner shell
    unshare --net --mount --pid --fork --kill-child sh -ec '
        ip link set lo up
        mount -t proc proc "$0/proc"
        mount --rbind /dev "$0/dev"
        mount -t tmpfs tmpfs "$0/dev/shm"
        env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive chroot "$0" "$@"
        # The shell stays until here, as the parent of processes that lost theirs.
        exit
    ' "$folder" "$@"
}
