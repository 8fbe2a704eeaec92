#!/usr/bin/env bash
# Installs what the program needs to build (and with --test, what its tests need) with apt, on
# Debian 12 and Ubuntu 24.04. Does nothing when everything is there. Sourced by demo.sh and test.sh.
set -euo pipefail

build_packages=(
  g++ cmake ninja-build pkg-config ca-certificates
  libavformat-dev libavcodec-dev libavfilter-dev libavutil-dev libswresample-dev
  libvips-dev libcli11-dev libspdlog-dev nlohmann-json3-dev libtomlplusplus-dev libxxhash-dev
  libgtest-dev libbenchmark-dev
)
test_packages=(
  ffmpeg imagemagick libimage-exiftool-perl python3 python3-scipy python3-skimage
  clang-format clang-tidy ccache
)

wanted=("${build_packages[@]}")
[ "${1:-}" = --test ] && wanted+=("${test_packages[@]}")

missing=()
for package in "${wanted[@]}"; do
  status=$(dpkg-query -W -f='${Status}' "$package" 2>/dev/null || true)
  [ "$status" = "install ok installed" ] || missing+=("$package")
done
if [ ${#missing[@]} -gt 0 ]; then
  if [ "$(id -u)" = 0 ]; then
    as_root=()
  elif command -v sudo >/dev/null; then
    as_root=(sudo)
  else
    echo "setup: these packages are missing and can only be installed as root or with sudo:" >&2
    echo "  apt-get install ${missing[*]}" >&2
    exit 1
  fi
  echo "setup: installing with apt: ${missing[*]}"
  "${as_root[@]}" apt-get update -qq
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
    apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
fi
