#!/usr/bin/env bash
# Everything that only a machine with an NVIDIA card can check, in one go:
#   scripts/device_check.sh [BUILD_FOLDER]     default: build; configured and built when it is not
# 1. parity of the CUDA backend with the CPU on the card;
# 2. the same under compute-sanitizer (memcheck, racecheck, initcheck, synccheck), where it is found;
# 3. the same video with --device cpu and --device cuda: equal files;
# 4. milliseconds per stage.
# MOSAIC_FILM and MOSAIC_POOL name a video and a folder of photos to use instead of the drawn ones.
# Ends with status 1 when anything differs or fails.
set -euo pipefail
cd "$(dirname "$0")/.."
build=${1:-build}
step() { printf '\n== %s (%s)\n' "$*" "$(date -u +%H:%M:%S)"; }

if [ ! -x "$build/tests/parity/test_parity" ] || [ ! -x "$build/tests/bench/bench_cuda" ]; then
  step "build"
  cmake --preset release -B "$build" -DMOSAIC_CUDA=ON \
    -DMOSAIC_CUDA_ARCHITECTURES="${MOSAIC_CUDA_ARCHITECTURES:-native}" >/dev/null
  cmake --build "$build" -j "$(nproc)" \
    --target mosaic-temporal test_parity bench_cuda
fi

step "card"
"$build/bin/mosaic-temporal" --version
if ! "$build/bin/mosaic-temporal" --version | grep -Eq 'backends +cuda,'; then
  echo "device_check: no card that this build can use" >&2
  exit 1
fi

failed=no
check() {
  local name=$1
  shift
  if "$@"; then echo "passed: $name"; else
    echo "FAILED: $name"
    failed=yes
  fi
}
parity=("$build/tests/parity/test_parity" --gtest_filter='*/cuda' --gtest_brief=1)

step "parity on the card"
check parity "${parity[@]}"

sanitizer=$(command -v compute-sanitizer || true)
[ -n "$sanitizer" ] || sanitizer=$(ls /usr/local/cuda*/bin/compute-sanitizer 2>/dev/null | head -1 || true)
if [ -n "$sanitizer" ]; then
  for tool in memcheck racecheck initcheck synccheck; do
    step "compute-sanitizer $tool"
    check "$tool" "$sanitizer" --tool "$tool" --error-exitcode 9 "${parity[@]}"
  done
else
  echo "compute-sanitizer is not here: left out"
fi

step "whole files, --device cpu against cuda"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
film=${MOSAIC_FILM:-$work/demo/scene.mp4}
pool=${MOSAIC_POOL:-$work/demo/tiles}
if [ -z "${MOSAIC_FILM:-}" ] || [ -z "${MOSAIC_POOL:-}" ]; then
  "$build/bin/mosaic-temporal" demo "$work/demo" --quiet
fi
for size in 16 32; do
  for flow in none block; do
    for device in cpu cuda; do
      "$build/bin/mosaic-temporal" --frames "$film" --tiles "$pool" --tile-size "$size" \
        --flow "$flow" --device "$device" --output "$work/$device.mp4" --force --quiet \
        --report "$work/$device.json"
      grep -A6 '"stage_seconds"' "$work/$device.json" | tr -d '\n'
      echo
    done
    md5sum "$work/cpu.mp4" "$work/cuda.mp4"
    check "tile size $size, flow $flow" cmp "$work/cpu.mp4" "$work/cuda.mp4"
  done
done

step "time per stage"
check times "$build/tests/bench/bench_cuda"

[ "$failed" = no ]
