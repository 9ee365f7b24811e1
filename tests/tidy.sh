#!/bin/sh
# Runs clang-tidy over the floors, or over what the last COMMITS commits have changed of them: all of it takes ten minutes.
#
#   sh tests/tidy.sh [COMMITS]
set -eu
top=$(cd "$(dirname "$0")/.." && pwd)
cd "$top"
floors='conf flowtoken proxy registrar sip stun transport'
# shellcheck disable=SC2086 # one word per floor
if [ $# -gt 0 ] && git rev-parse --quiet --verify "HEAD~$1" >/dev/null; then
  files=$(git diff --name-only --diff-filter=d "HEAD~$1" -- $floors | grep '\.cpp$' || true)
else
  files=$(git ls-files -- $floors | grep '\.cpp$')
fi
[ -n "$files" ] || exit 0

# Nothing is built there: what it is for is how each file is compiled.
cmake -S "$top" -B build-tidy -G Ninja -DCMAKE_BUILD_TYPE=Debug -DFLOWGATE_TESTS=OFF >/dev/null
echo "$files" | sed "s|^|^$top/|; s|\.|\\.|g" | xargs run-clang-tidy -quiet -p build-tidy -j "$(nproc)" >build-tidy/log 2>&1 || {
  grep -vE '^(clang-tidy|[0-9]+ warnings? generated)' build-tidy/log
  exit 1
}
