#!/bin/sh
# Builds flowgate, with what it needs, and runs it on conf/flowgate.yaml in the foreground.
#
#   sh conf/run.sh [ARGUMENT...]   the arguments go to flowgate
#   sh conf/run.sh --build         only builds
set -eu
top=$(cd "$(dirname "$0")/.." && pwd)
. "$top/conf/packages.sh"

# shellcheck disable=SC2086 # one word per package
install_missing $build_packages
# The tests use the same folder: what they configured stays.
if [ ! -f "$top/build/build.ninja" ]; then
  echo "Configuring $top/build"
  cmake -S "$top" -B "$top/build" -G Ninja -DCMAKE_BUILD_TYPE=Release -DFLOWGATE_TESTS=OFF >/dev/null
fi
echo "Building $top/build/flowgate"
cmake --build "$top/build" --target flowgate

[ "${1-}" != --build ] || exit 0
exec "$top/build/flowgate" --config "$top/conf/flowgate.yaml" "$@"
