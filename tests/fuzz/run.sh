#!/bin/sh
# Builds the fuzz targets with clang in build-fuzz and runs each on its corpus, as many at once as there are
# cores. Fails when one finds a fault; the input is then in build-fuzz/found.
#
#   sh tests/fuzz/run.sh [SECONDS [TARGET...]]   20 seconds and all targets by default
#
# What a run discovers is kept in build-fuzz/corpus and used by the next one. Exit status 77: there is no clang.
set -eu
command -v clang++ >/dev/null || {
  echo "clang++ is not installed" >&2
  exit 77
}
top=$(cd "$(dirname "$0")/../.." && pwd)
build=$top/build-fuzz
seconds=${1:-20}
[ $# -eq 0 ] || shift
[ $# -gt 0 ] || set -- core credentials edits framing message proxy_protocol stun token uri values websocket

cmake -S "$top" -B "$build" -G Ninja -DCMAKE_CXX_COMPILER=clang++ -DCMAKE_BUILD_TYPE=RelWithDebInfo \
  -DCMAKE_CXX_FLAGS_RELWITHDEBINFO="-O1 -g" -DFLOWGATE_FUZZ=ON \
  -DFLOWGATE_SANITIZE=address,undefined,fuzzer-no-link >/dev/null
cmake --build "$build" --target fuzz_targets

# One target: its log is shown only when it fails.
# shellcheck disable=SC2016 # the inner shell expands it
one='
  target=$4
  seeds=$1/tests/fuzz/corpus/$target
  kept=$2/corpus/$target
  mkdir -p "$kept" "$2/found"
  case $target in
    core) max_len=16384 ;;
    proxy_protocol | stun | token | uri) max_len=1024 ;;
    *) max_len=8192 ;;
  esac
  dictionary=$1/tests/fuzz/$target.dict
  [ -f "$dictionary" ] || dictionary=$1/tests/fuzz/sip.dict
  log=$2/$target.log
  if "$2/tests/fuzz/fuzz_$target" -max_total_time="$3" -max_len=$max_len -rss_limit_mb=2048 -timeout=25 \
    -dict="$dictionary" -artifact_prefix="$2/found/$target-" "$kept" "$seeds" >"$log" 2>&1; then
    echo "$target: $(grep "^Done" "$log")"
  else
    tail -n 60 "$log"
    echo "$target: FAILED, see $log"
    exit 1
  fi
'
printf '%s\n' "$@" | xargs -n 1 -P "$(nproc)" sh -c "$one" fuzz "$top" "$build" "$seconds"
