#!/bin/sh
# Builds flowgate and its tests for coverage in build-coverage, runs the unit, call-flow and interop tests, and prints
# how many lines of sip/ and of proxy/ they reach, file by file and folder by folder, and which they do not. Fails when
# a test fails, or when either of the two is below 90 %.
#
#   sh tests/coverage.sh
#
# proxy/ counts with proxy/server/, which only the interop tests run: where those are skipped (no network namespaces, a
# client that is not installed), its lines count as not reached.
set -eu
top=$(cd "$(dirname "$0")/.." && pwd)
build=$top/build-coverage
least=90
. "$top/conf/packages.sh"

# shellcheck disable=SC2086 # one word per package
install_missing $build_packages $test_packages $coverage_packages
echo "Configuring $build"
# From nothing: what an earlier run left behind of files that are no more would be counted. ccache has the rest.
rm -rf "$build"
# Counters are atomic because the program has a thread for each shard.
cmake -S "$top" -B "$build" -G Ninja -DCMAKE_CXX_COMPILER=g++ -DCMAKE_BUILD_TYPE=Debug \
  -DCMAKE_CXX_FLAGS_DEBUG='-O0 -g1 --coverage -fprofile-update=atomic' -DFLOWGATE_TESTS=ON -DFLOWGATE_CHECKED_FLOORS=OFF >/dev/null
echo "Building $build"
cmake --build "$build" --target checks flowgate

status=0
echo "Testing"
for program in "$build"/tests/unit_* "$build/tests/callflow"; do
  case $program in *.cmake) continue ;; esac
  echo "${program##*/}"
  "$program" --gtest_brief=1 || status=1
done
# Without sipp, whose calls are a matter of time: the counters take some.
ctest --test-dir "$build" -L interop -E sipp --output-on-failure -j2 || status=1

echo "Counting"
cd "$top"
gcovr --root . --filter sip/ --filter proxy/ --json "$build/lines.json" "$build"
for files in 'sip/' 'proxy/[^/]*$' 'proxy/server/'; do
  gcovr --root . --add-tracefile "$build/lines.json" --filter "$files" --txt
done

for folder in sip proxy; do
  summary=$(gcovr --root . --add-tracefile "$build/lines.json" --filter "$folder/" --txt /dev/null \
    --print-summary --fail-under-line "$least") || status=1
  echo "$folder/ $(echo "$summary" | grep '^lines')"
done
exit $status
