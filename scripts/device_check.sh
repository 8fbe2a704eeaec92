#!/usr/bin/env bash
# Everything that only a machine with an NVIDIA card can check, in one go:
#   scripts/device_check.sh [BUILD_FOLDER]     default: build; configured and built when it is not
# 1. parity of the CUDA backend with the CPU on the card;
# 2. the same under compute-sanitizer (memcheck, racecheck, initcheck, synccheck), where it is found;
# 3. check parity: every call, bits compared, times;
# 4. --verify for every preset, flow (none, block, and raft where LibTorch is built in) and tile sizes 16 and
#    32: every stage of every frame on both devices; the md5s as a table for docs/determinism.md;
# 5. whole files by each device alone, compared, with times for docs/benchmarks.md;
# 6. milliseconds per stage of a frame on the card.
# MOSAIC_FILM and MOSAIC_POOL: video and photos (default: bbb480.mp4 and tiles in ../shared/data, else
# drawn ones). MOSAIC_RANGE: frames of step 4 (default 0-47).
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

step "check parity: every call, bits and times"
check "check parity" "$build/bin/mosaic-temporal" check parity

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
film=${MOSAIC_FILM:-../shared/data/bbb480.mp4}
pool=${MOSAIC_POOL:-../shared/data/tiles}
if [ ! -e "$film" ] || [ ! -e "$pool" ]; then
  echo "$film or $pool is not here: a drawn scene instead"
  "$build/bin/mosaic-temporal" demo "$work/demo" --quiet
  film=$work/demo/scene.mp4
  pool=$work/demo/tiles
fi
flows="none block"
if [ -e "$build/lib/mosaic-temporal/libmosaic_torch.so" ]; then
  flows="none block raft"
else
  echo "this build has no LibTorch: RAFT is left out"
fi

# Every stage of every frame, on the CPU and the card side by side.
step "--verify on $(basename "$film") (range ${MOSAIC_RANGE:-0-47})"
presets=$("$build/bin/mosaic-temporal" --list-presets | sed -n '1s/^key *//p')
table=$work/table
for size in 16 32; do
  for flow in $flows; do
    for preset in $presets; do
      name="preset $preset, flow $flow, tile size $size"
      check "$name" "$build/bin/mosaic-temporal" --frames "$film" --tiles "$pool" \
        --preset "$preset" --flow "$flow" --tile-size "$size" --range "${MOSAIC_RANGE:-0-47}" \
        --output "$work/out.mp4" --force --verify --report "$work/report.json"
      [ -e "$work/out.mp4" ] || continue
      echo "| $preset | $flow | $size | \`$(md5sum <"$work/out.mp4" | cut -d' ' -f1)\` |" >>"$table"
      seconds=$(grep -A6 '"stage_seconds"' "$work/report.json" | grep -oE '"[a-z]+": [0-9.e-]+' |
        tr -d '"' | tr '\n' ' ')
      echo "| $preset | $flow | $size | $seconds|" >>"$table.seconds"
      rm -f "$work/out.mp4" "$work/report.json"
    done
  done
done

# Whole runs by each device alone: nothing runs beside them, so their times count.
step "whole files and times, --device cpu against cuda"
for flow in $flows; do
  for device in cpu cuda; do
    start=$(date +%s.%N)
    check "$device, flow $flow" "$build/bin/mosaic-temporal" --frames "$film" --tiles "$pool" --flow "$flow" --tile-size 16 \
      --device "$device" --output "$work/$device.mp4" --force --quiet --report "$work/$device.json"
    echo "$device, flow $flow: $(echo "$(date +%s.%N) - $start" | bc) s;" \
      "$(grep -A6 '"stage_seconds"' "$work/$device.json" | tr -d '\n ')"
  done
  md5sum "$work/cpu.mp4" "$work/cuda.mp4"
  check "same file, flow $flow" cmp "$work/cpu.mp4" "$work/cuda.mp4"
done

step "time per stage of a frame on the card"
check times "$build/tests/bench/bench_cuda"

step "for docs/determinism.md"
echo "commit $(git rev-parse --short HEAD), $(nvidia-smi --query-gpu=name,driver_version --format=csv,noheader | head -1)"
echo "| preset | flow | tile size | md5 of the mp4, frames ${MOSAIC_RANGE:-0-47}, cpu and cuda |"
echo "|---|---|---|---|"
cat "$table" 2>/dev/null || true
step "for docs/benchmarks.md: seconds per stage of the card's run beside the CPU's"
echo "| preset | flow | tile size | seconds |"
echo "|---|---|---|---|"
cat "$table.seconds" 2>/dev/null || true

[ "$failed" = no ]
