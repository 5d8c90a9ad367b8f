#!/usr/bin/env bash
# in_images.sh SOURCE [MIRROR]: what the files of packaging/container do, in two bare Debian 12 of their own by debootstrap
# instead of two images: build in one, run in the other, which has none of the packages to build with. Needs root and a mirror.
set -euo pipefail
source=$1 mirror=${2:-http://deb.debian.org/debian}
[[ $(id -u) == 0 ]] || { echo "skipped: needs root"; exit 77; }
command -v debootstrap >/dev/null || { echo "skipped: there is no debootstrap"; exit 77; }
folder=$(mktemp -d)
mounted=()
clean() {
  for place in "${mounted[@]}"; do umount "$place" || true; done
  rm -rf --one-file-system "$folder"
}
trap clean EXIT

image() { # NAME: a bare Debian, that reaches packages as this machine does
  debootstrap --variant=minbase bookworm "$folder/$1" "$mirror" >"$folder/$1.log" 2>&1 ||
    { tail -n 3 "$folder/$1.log"; echo "skipped: debootstrap reaches no mirror"; exit 77; }
  cp -r /etc/apt/apt.conf.d /etc/apt/sources.list* "$folder/$1/etc/apt/" 2>/dev/null || true
  for kind in proc sysfs; do
    mount -t "$kind" "$kind" "$folder/$1/${kind%fs}"
    mounted+=("$folder/$1/${kind%fs}")
  done
}
image build
image run
git -C "$source" ls-files | tar -C "$source" --no-recursion -T - -c | { mkdir "$folder/build/source" && tar -C "$folder/build/source" -x; }
chroot "$folder/build" sh /source/packaging/container/install.sh build /source /opt/sprig >"$folder/log" 2>&1 ||
  { tail -n 20 "$folder/log"; exit 1; }
cp -r "$folder/build/opt/sprig" "$folder/run/opt/sprig"
cp "$source/configs/demo.toml" "$folder/run/demo.toml"
chroot "$folder/run" sh /opt/sprig/share/sprig/install.sh run /opt/sprig >"$folder/log" 2>&1 || { tail -n 20 "$folder/log"; exit 1; }
chroot "$folder/run" /opt/sprig/bin/sprig info
chroot "$folder/run" env PATH=/opt/sprig/bin:/usr/bin:/bin OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 \
  mpirun -n 2 --oversubscribe sprig run --config demo.toml --set run.duration_ms=200 --out /ranks
chroot "$folder/run" /opt/sprig/bin/sprig run --config demo.toml --set run.duration_ms=200 --out /alone
hash() { grep -o '"hash": "[^"]*"' "$folder/run/$1/result.json" | head -n 1; }
[[ -n $(hash alone) && $(hash ranks) == "$(hash alone)" ]] || { echo "other hashes: $(hash ranks), $(hash alone)"; exit 1; }
! chroot "$folder/run" sh -c 'command -v g++ cmake' || { echo "the image that it runs in has compilers"; exit 1; }
echo "container: built in one Debian, ran in another, alone and on two ranks: $(hash alone)"
