#!/bin/sh
# What the images of Dockerfile and sprig.def have in common, on any Debian from 12 or Ubuntu from 24.04 on:
#
#   install.sh build SOURCE PREFIX   compiles the sources and installs them, with this file and a list of what they need
#   install.sh run PREFIX            installs what the program needs to run
#
# With nvcc in the image it is built for GPUs too; CUDA's own libraries then come with the image that it runs in.
set -eu

packages() {
  export DEBIAN_FRONTEND=noninteractive
  apt-get update
  apt-get install -y --no-install-recommends "$@"
  rm -rf /var/lib/apt/lists/*
}

# The Debian packages of the shared libraries that a program was linked with; those of no package come with the image.
libraries_of() {
  ldd "$1" | awk '$2 == "=>" { print $3 }' | while read -r library; do
    file=$(readlink -f "$library")
    dpkg-query --search "$file" 2>/dev/null || dpkg-query --search "${file#/usr}" 2>/dev/null || true
  done | cut -d: -f1 | sort -u
}

case ${1:-} in
  build)
    source=$2 prefix=$3
    packages g++ cmake ninja-build libeigen3-dev libtomlplusplus-dev nlohmann-json3-dev libcli11-dev libboost-dev \
      libboost-graph-dev libspectra-dev zlib1g-dev libopenmpi-dev
    cmake -S "$source" -B /tmp/sprig-build -G Ninja -DCMAKE_BUILD_TYPE=Release -DSPRIG_TESTS=OFF -DSPRIG_BENCH=OFF \
      -DSPRIG_MPI=ON "-DCMAKE_INSTALL_PREFIX=$prefix"
    cmake --build /tmp/sprig-build
    cmake --install /tmp/sprig-build --strip
    mkdir -p "$prefix/share/sprig"
    cp "$0" "$prefix/share/sprig/install.sh"
    libraries_of "$prefix/bin/sprig" >"$prefix/share/sprig/packages"
    rm -rf /tmp/sprig-build
    ;;
  run)
    # shellcheck disable=SC2046 # a list
    packages openmpi-bin $(cat "$2/share/sprig/packages")
    ;;
  *)
    sed -n '4,5s/^#  *//p' "$0" >&2
    exit 2
    ;;
esac
