#!/usr/bin/env bash
# machine.sh: the tests of tests/long/network.rs in an emulated machine, whose kernel is Debian's and has
# netem, for those whose own has none. The machine sees the files of this one, and can only read them.
# The exit code is 0 if the tests pass there, with netem.
#
# For Debian 12, with the packages qemu-system-x86, iproute2 and nftables. linux-image-amd64 and
# busybox-static come into a temporary folder, and are not installed.
set -euo pipefail
cd "$(dirname "$0")/../../.."
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

cargo build --locked --bins
cargo test --locked --test long --no-run 2>&1 | tee "$folder/built"
tests=$(realpath "$(sed -n 's/.*Executable tests.long.main.rs (\(.*\))/\1/p' "$folder/built")")

kernel=$(apt-cache depends linux-image-amd64 | awk '/Depends: linux-image-/ { print $2; exit }')
version=${kernel#linux-image-}
(cd "$folder" && apt-get download -q "$kernel" busybox-static)
for package in "$folder"/*.deb; do dpkg-deb -x "$package" "$folder"; done
busybox=$folder/bin/busybox

# It begins with some of the kernel's modules, and busybox, which loads what the kernel asks for.
start=$folder/start
modules=lib/modules/$version
mkdir -p "$start/$modules" "$start"/{bin,proc,sys,dev,host}
cp "$busybox" "$start/bin/busybox"
(cd "$folder/$modules" && cp -r --parents modules.builtin modules.order kernel/{crypto,lib} \
    kernel/net/{9p,netfilter,sched} kernel/drivers/{virtio,net/veth.ko} kernel/fs/{9p,fscache,netfs} \
    "$start/$modules")
"$busybox" depmod -b "$start" "$version"
cat >"$start/init" <<INIT
#!/bin/busybox sh
/bin/busybox --install -s /bin
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t devtmpfs dev /dev
echo /bin/modprobe >/proc/sys/kernel/modprobe
modprobe -a virtio_pci 9pnet_virtio 9p
mount -t 9p -o ro,trans=virtio,version=9p2000.L,msize=512000,cache=loose host /host
for kind in proc sys dev; do mount --bind "/\$kind" "/host/\$kind"; done
mount -t tmpfs run /host/run
uname -srvm
export PATH=/usr/sbin:/usr/bin:/sbin:/bin TMPDIR=/run PROGRAMS=built
chroot /host sh -c 'cd "\$0" && "\$1" network --nocapture --test-threads=1' '$PWD' '$tests'
echo "exit code \$?"
/bin/poweroff -f
INIT
chmod +x "$start/init"
(cd "$start" && find . | "$busybox" cpio -o -H newc) >"$folder/start.cpio"

# Emulated it is slow, but the same everywhere, and 20 frames a second are not much.
timeout 300 qemu-system-x86_64 -accel tcg,thread=multi -cpu max -smp 2 -m 1G -no-reboot \
    -display none -monitor none -serial stdio -nic none \
    -kernel "$folder/boot/vmlinuz-$version" -initrd "$folder/start.cpio" \
    -append 'console=ttyS0 quiet panic=-1' \
    -fsdev local,id=host,path=/,security_model=none,readonly=on,multidevs=remap \
    -device virtio-9p-pci,fsdev=host,mount_tag=host </dev/null | tr -d '\r' | tee "$folder/said"
grep -q '^exit code 0$' "$folder/said" && ! grep -q 'no netem\|ignored (' "$folder/said"
