# The Debian packages that flowgate is built and tested with, and how they get here. Sourced by the scripts (POSIX sh).
# shellcheck shell=sh disable=SC2034

build_packages='g++ cmake ninja-build ccache libboost1.81-dev libssl-dev libfmt-dev libyaml-cpp-dev libcli11-dev
  libc-ares-dev libsqlite3-dev libhiredis-dev libmimalloc-dev'
test_packages='libgtest-dev libgmock-dev libbenchmark-dev python3 openssl valgrind iproute2 nftables conntrack
  baresip-core linphone-cli twinkle-console sip-tester kamailio kamailio-outbound-modules
  redis-server redis-sentinel haproxy
  clang libclang-rt-14-dev'
# Node of another origin brings npm along, and conflicts with Debian's.
command -v npm >/dev/null || test_packages="$test_packages nodejs npm"
lint_packages='git clang-format clang-tidy'
coverage_packages='gcovr'

# Installs those of the packages given that dpkg does not know as installed.
install_missing() {
  missing=
  for package in "$@"; do
    [ "$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || missing="$missing $package"
  done
  [ -n "$missing" ] || return 0

  as_root=
  if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null || {
      echo "Missing packages:$missing. Install them as root, or install sudo." >&2
      return 1
    }
    as_root=sudo
  fi
  # The tests start Kamailio themselves. Its service would hold the ports of conf/flowgate.yaml.
  case "$missing " in
    *" kamailio "*) [ ! -d /run/systemd/system ] || $as_root systemctl mask kamailio.service ;;
  esac
  echo "Installing$missing"
  $as_root apt-get -q -o DPkg::Lock::Timeout=300 update
  # shellcheck disable=SC2086 # one word per package
  $as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -y -o DPkg::Lock::Timeout=300 install --no-install-recommends $missing
}
