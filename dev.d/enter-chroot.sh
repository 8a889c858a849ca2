#!/bin/bash
# enter-chroot.sh TREE VIEW SOURCE LOGS COMMAND...: the part of in_chroot (chroot.sh) that runs inside the private namespaces.
# VIEW is an empty folder. What is mounted and written there ends with this process.
set -euo pipefail
tree=$1 view=$2 source=$3 logs=$4
shift 4

mount --make-rprivate /
mount -t tmpfs -o size=8g,mode=755 tmpfs "$view"
mkdir "$view/written" "$view/work" "$view/root"
mount -t overlay overlay -o "lowerdir=$tree,upperdir=$view/written,workdir=$view/work" "$view/root"

root=$view/root
mount -t proc proc "$root/proc"
mount -t tmpfs -o mode=755 tmpfs "$root/dev"
for device in null zero full random urandom tty; do
	touch "$root/dev/$device"
	mount --bind "/dev/$device" "$root/dev/$device"
done
ln -s /proc/self/fd "$root/dev/fd"
ln -s fd/0 "$root/dev/stdin"
ln -s fd/1 "$root/dev/stdout"
ln -s fd/2 "$root/dev/stderr"
mkdir "$root/dev/shm"
mount -t tmpfs -o mode=1777 tmpfs "$root/dev/shm"

# If there is a network, it is reached as on this machine: so are names, proxies, and authorities that Node.js trusts besides its own.
for file in /etc/resolv.conf /etc/hosts; do
	rm -f "$root$file"
	cp -L "$file" "$root$file"
done
network=()
for name in http_proxy https_proxy no_proxy; do
	[ -z "${!name-}" ] || network+=("$name=${!name}")
done
if [ -e "${NODE_EXTRA_CA_CERTS-}" ]; then
	cp -L "$NODE_EXTRA_CA_CERTS" "$root/etc/node-extra-ca-certs.pem"
	network+=(NODE_EXTRA_CA_CERTS=/etc/node-extra-ca-certs.pem)
fi
ip link set lo up 2>/dev/null || true

mkdir -p "$root/src"
cp -a "$source/." "$root/src/"
chown -R root:root "$root/src"
mkdir -p "$root/src/build/log"
mount --bind "$logs" "$root/src/build/log"

exec env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root TERM="${TERM-dumb}" \
	"${network[@]}" \
	chroot "$root" "$@"
