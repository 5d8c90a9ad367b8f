#!/usr/bin/env bash
# layering.sh ROOT room:lower,lower,... [room:...]: checks the includes of include/sprig, host and kernels under ROOT.
#   - a file includes headers of its own room and of the rooms given as lower only; floors never point up
#   - host/<room> is private: no other room includes from it, and device code of the room may
#   - include/sprig/<room> is what others need: each header is included by another room, by the device code of its own,
#     or by a header that is
#   - public headers and host files see no CUDA header and nothing of kernels/: the seam is plain C++
#   - kernel files see no TOML, JSON, formatting or HDF5 header
#   - files are made, changed, renamed and removed by core/files.hpp alone, where tests can watch it
# Prints each offence as file:line and exits 1 when there is one.
set -euo pipefail
root=$1
shift
cd "$root"
folders=()
for folder in include/sprig host kernels; do
  if [[ -d $folder ]]; then folders+=("$folder"); fi
done
mapfile -d '' files < <(find "${folders[@]}" -type f -regex '.*\.\(hpp\|h\|cpp\|cu\|cuh\|inl\)' -print0 | sort -z)
if ((${#files[@]} == 0)); then
  echo "layering: no source files under $root" >&2
  exit 1
fi

awk -v map="$*" '
  BEGIN {
    rooms = split(map, entry, " ")
    for (i = 1; i <= rooms; ++i) {
      split(entry[i], part, ":")
      known[part[1]] = 1
      allowed[part[1], part[1]] = 1
      lowers = split(part[2], lower, ",")
      for (j = 1; j <= lowers; ++j) allowed[part[1], lower[j]] = 1
    }
    cuda = "^(cuda|cooperative_groups|cub/|thrust/|cusparse|cusolver|cublas|curand|nvtx|nccl|nv/|device_launch|kernels/)"
    heavy = "^(toml|nlohmann/|fmt/|hdf5|H5)"
  }
  # Whoever changes the file system; calls by files:: are what is to be used.
  function changes_files(line) {
    sub(/\/\/.*/, "", line)
    gsub(/files::[a-z_]+\(/, "", line)
    if (line ~ /\/dev\/null|STD(OUT|ERR)_FILENO/) return 0
    return line ~ /(^|[^i])(ofstream|[^a-z]fstream[^>])/ ||
           line ~ /fopen\(.*"[rb]*[wa+]/ ||
           line ~ /(^|[^a-z_])open(at)?\([^;]*O_(WRONLY|RDWR|CREAT|TRUNC|APPEND)/ ||
           line ~ /(filesystem|fs)::(remove|remove_all|rename|create_[a-z_]+|resize_file|copy|copy_file|permissions)\(/ ||
           line ~ /std::rename\(/ || line ~ /std::remove\([^,;]*\)( *[!=<;)]|$)/ ||
           line ~ /(^|[^a-z_.>])(::)?(mkdir|mkdtemp|mkstemp|rmdir|unlink|creat|truncate|ftruncate|symlink|fsync|fdatasync|pwrite|writev)(at)?\(/ ||
           line ~ /(^|[^a-z_:.>])::(write|rename|remove|link|chmod)(at)?\(/
  }
  function offence(text) {
    printf "%s:%d: %s\n", FILENAME, FNR, text
    ++offences
  }
  FNR == 1 {  # include/sprig/<room>/..., host/<room>/..., kernels/<room>/...; a file beside the rooms has none
    ++count
    parts = split(FILENAME, step, "/")
    at = step[1] == "include" ? 3 : 2
    room = parts > at ? step[at] : ""
    if (step[1] == "include") public[FILENAME] = 1
    if (room != "" && !(room in known)) offence("there is no room \"" room "\" in the map")
    may_change = FILENAME ~ /^(host|include\/sprig)\/core\/files\.[ch]pp$/
  }
  !may_change && changes_files($0) { offence("changes files by another way than core/files.hpp") }
  /^[ \t]*#[ \t]*include[ \t]*[<"]/ {
    header = $0
    sub(/^[^<"]*[<"]/, "", header)
    sub(/[>"].*$/, "", header)
    if (step[1] == "kernels") {
      if (header ~ heavy) offence("a kernel file includes " header)
    } else if (header ~ cuda) {
      offence("host code includes " header)
    }
    if (header ~ /(^|\/)\.\.\//) offence("includes by a path upwards: " header)
    if (header ~ /^sprig\//) {
      split(header, target, "/")
      if (step[1] == "kernels" || room != target[2]) needed["include/" header] = 1
      else if (step[1] == "include") from[FILENAME] = from[FILENAME] " include/" header
    }
    if (header ~ /^(sprig|host|kernels)\/[^\/]+\//) {
      split(header, target, "/")
      if (!(target[2] in known)) offence("includes the unknown room \"" target[2] "\"")
      else if (target[1] == "host" && room != target[2]) offence(header " is private to " target[2])
      else if (room != "" && !((room, target[2]) in allowed)) offence(room " may not include " target[2] " (" header ")")
    }
  }
  function need(header,   more, n, k) {  # with all that it includes of its room
      if (header in reached) return
      reached[header] = 1
      n = split(from[header], more, " ")
      for (k = 1; k <= n; ++k) need(more[k])
  }
  END {
    for (header in needed) need(header)
    for (header in public)
      if (!(header in reached)) {
        printf "%s:1: no other room includes it: host/ is the place of what is private\n", header
        ++offences
      }
    if (offences > 0) exit 1
    printf "layering: %d files, %d rooms, no include points up\n", count, rooms
  }
' "${files[@]}"
