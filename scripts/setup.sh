#!/usr/bin/env bash
# Installs what the program needs to build (with --test also what its tests need, with --long what the
# long ones need) with apt, on Debian 12 and Ubuntu 24.04. Where the distribution has no LibTorch,
# torch.sh fetches it. Does nothing when everything is there. Run by demo.sh and test.sh.
set -euo pipefail

build_packages=(
  g++ git cmake ninja-build pkg-config ca-certificates
  libavformat-dev libavcodec-dev libavfilter-dev libavutil-dev libswresample-dev
  libvips-dev libcli11-dev nlohmann-json3-dev libtomlplusplus-dev libxxhash-dev
  libgtest-dev libbenchmark-dev
)
# Only where the distribution has them. libheif's codecs are packages of their own there, and libvips comes without
# the first: HEIC photos, and AVIF pictures of the tests.
offered_packages=(libheif-plugin-libde265)
test_codec_packages=(libheif-plugin-aomenc)
# The model's own code is tested in Python, where the distribution has torch.
test_torch_packages=(python3-torch)
# For --flow dis and --faces.
flow_packages=(libopencv-video-dev libopencv-objdetect-dev opencv-data)
# For --flow raft. Without OpenBLAS, Debian's LibTorch falls back to the reference BLAS and is several times slower.
torch_packages=(libtorch-dev libopenblas0-pthread)
test_packages=(
  ffmpeg imagemagick libimage-exiftool-perl python3 python3-pip python3-scipy python3-skimage
  clang-format clang-tidy ccache valgrind parallel clang zsh fish
)
# libFuzzer and the sanitizers of Clang: the package follows Clang's version.
fuzz_packages=(libclang-rt-dev libclang-rt-14-dev)

# For test.sh --long: the mutator.
long_packages=(zzuf)

wanted=("${build_packages[@]}")
case "${1:-}" in
  --test) wanted+=("${test_packages[@]}") ;;
  --long) wanted+=("${test_packages[@]}" "${long_packages[@]}") ;;
  "") ;;
  *)
    echo "setup: unknown argument '$1' (--test and --long are known)" >&2
    exit 2
    ;;
esac
if [ -n "${1:-}" ]; then offered_packages+=("${test_codec_packages[@]}" "${test_torch_packages[@]}"); fi

is_installed() {
  [ "$(dpkg-query -W -f='${Status}' "$1" 2>/dev/null || true)" = "install ok installed" ]
}
# Not apt-cache show: it is content with a name that another package merely mentions.
is_offered() { [ -n "$(apt-cache madison "$1" 2>/dev/null)" ]; }

as_root=()
can_install=yes
if [ "$(id -u)" != 0 ]; then
  if command -v sudo >/dev/null; then as_root=(sudo); else can_install=no; fi
fi
missing=()
for package in "${wanted[@]}"; do
  is_installed "$package" || missing+=("$package")
done
if [ ${#missing[@]} -gt 0 ] && [ $can_install = no ]; then
  echo "setup: these packages are missing and can only be installed as root or with sudo:" >&2
  echo "  apt-get install ${missing[*]}" >&2
  exit 1
fi
# A fresh system has no package lists yet.
if [ ${#missing[@]} -gt 0 ] && ! is_offered g++; then "${as_root[@]}" apt-get update -qq; fi
if [ "${1:-}" = --test ] || [ "${1:-}" = --long ]; then
  for package in "${fuzz_packages[@]}"; do
    is_installed "$package" && break
    is_offered "$package" || continue
    missing+=("$package")
    break
  done
fi
for package in "${offered_packages[@]}"; do
  if [ $can_install = yes ] && ! is_installed "$package" && is_offered "$package"; then missing+=("$package"); fi
done
# Lists without g++ say nothing about LibTorch either.
torch_wheel=no
if ! is_installed libtorch-dev && ! is_offered libtorch-dev && is_offered g++; then
  torch_wheel=yes
  # torch.sh says what is missing where nothing can be installed.
  if [ $can_install = yes ] && [ "${MOSAIC_TORCH_WHEEL:-}" != off ] && ! is_installed python3-pip; then
    missing+=(python3-pip)
  fi
else
  flow_packages+=("${torch_packages[@]}")
fi
for package in "${flow_packages[@]}"; do
  is_installed "$package" && continue
  if [ $can_install = yes ] && is_offered "$package"; then
    missing+=("$package")
  else
    echo "setup: going on without $package, so without a --flow that needs it; see docs/flow.md"
  fi
done
if [ ${#missing[@]} -gt 0 ]; then
  echo "setup: installing with apt: ${missing[*]}"
  "${as_root[@]}" apt-get update -qq
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
    apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
fi
if [ $torch_wheel = yes ]; then bash "$(dirname "$0")/torch.sh"; fi
