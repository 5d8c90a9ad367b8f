#!/usr/bin/env bash
# references.sh ROOT: every file that a comment, a document or a configuration cites is in the tree. Cited are paths such as
# docs/engine.md, host/app/run.cpp, engine/slices.hpp (of include/sprig, host or kernels) and links between documents.
# Prints each offence as file:line and exits 1 when there is one.
set -euo pipefail
cd "$1"
offences=0
offend() {
  printf '%s:%s: cites %s, which is not in the tree\n' "$1" "$2" "$3"
  offences=$((offences + 1))
}

# In sources: comments only. Includes are the compiler's business.
paths='[a-z_]+(/[a-z_0-9]+)+\.(md|hpp|cpp|cuh|cu|py|sh|toml|txt)'
while IFS=: read -r file line cited; do
  found=0
  for base in . include/sprig include host kernels "$(dirname "$file")"; do
    if [[ -e $base/$cited ]]; then found=1; fi
  done
  ((found)) || offend "$file" "$line" "$cited"
done < <(grep -rnE "^ *(//|#)|  //|<!--" include host kernels tests bench examples configs cmake CMakeLists.txt dev \
  --include='*.hpp' --include='*.cpp' --include='*.cu' --include='*.cuh' --include='*.toml' --include='*.cmake' \
  --include='*.sh' --include='*.txt' --include=dev | grep -vE ':[0-9]+: *# *include|layering_selftest|references' |
  awk -F: -v OFS=: -v paths="$paths" '{
    file = $1; line = $2; text = $0; sub(/^[^:]*:[^:]*:/, "", text)
    if (match(text, /(\/\/|#)/)) text = substr(text, RSTART)
    while (match(text, paths)) {
      before = substr(text, 1, RSTART - 1)
      if (substr(text, RSTART) !~ /^generated\// && before !~ /[A-Za-z0-9_.\/{}$-]$/) print file, line, substr(text, RSTART, RLENGTH)
      text = substr(text, RSTART + RLENGTH)
    }
  }')

# In documents: links, and paths in backquotes.
while IFS=: read -r file line cited; do
  cited=${cited%%#*}
  [[ -n $cited && $cited != http* ]] || continue
  [[ -e $(dirname "$file")/$cited || -e $cited || -e include/sprig/$cited || -e include/$cited ]] || offend "$file" "$line" "$cited"
done < <(grep -noE "\]\([^)]+\)|\`(include|host|kernels|tests|bench|configs|docs|examples|[a-z]+)(/[a-zA-Z_0-9.-]+)+\.(md|hpp|cpp|cu|cuh|py|sh|toml|txt)\`" \
  README.md CHANGELOG.md CONTRIBUTING.md docs/*.md docs/*/*.md | sed -E 's/:\]\(/:/; s/\)$//; s/`//g' | grep -v 'runs/')

if ((offences)); then exit 1; fi
echo "references: every file that is cited is there"
