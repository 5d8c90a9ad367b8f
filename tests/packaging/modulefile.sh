#!/usr/bin/env bash
# modulefile.sh BUILD VERSION: installs the build into a fresh folder; the module that comes with it makes `sprig` a command.
set -euo pipefail
build=$1 version=$2
command=$(command -v modulecmd || ls /usr/lib/*/modulecmd.tcl 2>/dev/null || true)
[[ -n $command ]] || { echo "skipped: there are no environment modules (Debian: environment-modules)"; exit 77; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cmake --install "$build" --prefix "$folder/a place" >"$folder/log"
unset MODULEPATH LOADEDMODULES
export MODULEPATH="$folder/a place/share/modulefiles"
eval "$("$command" bash load "sprig/$version")"
[[ $(command -v sprig) == "$folder/a place/bin/sprig" && $SPRIG_ROOT == "$folder/a place" ]] || { echo "sprig is $(command -v sprig)"; exit 1; }
[[ $(sprig --version) == *"$version"* ]]
eval "$("$command" bash unload "sprig/$version")"
[[ -z ${SPRIG_ROOT:-} && $(command -v sprig || true) != "$folder"* ]] || { echo "still there after unload"; exit 1; }
echo "modulefile: sprig $version loaded and unloaded"
