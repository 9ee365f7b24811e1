#!/bin/sh
# Builds flowgate and its tests, with what they need, and runs all of them; ends with CTest's summary.
#
#   sh tests/run.sh [ARGUMENT...]   the arguments go to ctest: -L unit, -R NAME, ...
set -eu
top=$(cd "$(dirname "$0")/.." && pwd)
. "$top/conf/packages.sh"

# shellcheck disable=SC2086 # one word per package
install_missing $build_packages $test_packages
echo "Configuring $top/build"
cmake -S "$top" -B "$top/build" -G Ninja -DCMAKE_BUILD_TYPE=Release -DFLOWGATE_TESTS=ON >/dev/null
echo "Building $top/build"
cmake --build "$top/build"
echo "Testing"
# Half of the tests wait for timers most of the time.
exec ctest --test-dir "$top/build" --output-on-failure -j3 "$@"
