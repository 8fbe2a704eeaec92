#!/usr/bin/env bash
# Everything that only a machine with an NVIDIA card can check:
#   scripts/device_check.sh [--part PART[,PART...]] [--binaries FOLDER] [BUILD_FOLDER]
# Parts (default: all, in this order):
#   parity    the CUDA backend's bits against the CPU's, on the card
#   sanitize  the same under compute-sanitizer (memcheck, racecheck, initcheck, synccheck), where it is found
#   bench     milliseconds per stage of a frame on the card
#   files     the whole program: check parity; --verify for every preset, flow (none, block, and raft where
#             LibTorch is built in) and tile sizes 16 and 32, with md5s as a table for docs/determinism.md;
#             whole files by each device alone, decoded on the card too, with times for docs/benchmarks.md;
#             a few frames encoded on the card
# --binaries names a folder with test_parity and bench_cuda built elsewhere (for the card's compute
# capability: MOSAIC_CUDA_ARCHITECTURES). They need the driver and the C++ library only, so parity, sanitize
# and bench then run on machines that could not build the program.
# BUILD_FOLDER (default: build) is configured and built otherwise, and for `files`.
# MOSAIC_FILM and MOSAIC_POOL: video and photos (default: bbb480.mp4 and tiles in ../shared/data, else
# drawn ones). MOSAIC_RANGE: frames of --verify (default 0-47). MOSAIC_STEP_SECONDS: the most that one step may
# take (default 3600).
# Ends with status 1 when anything differs, fails or takes longer; 2 for a mistake in the command line.
set -euo pipefail
parts=parity,sanitize,bench,files
binaries=
build=build
while [ $# -gt 0 ]; do
  case "$1" in
    --part | --binaries)
      [ $# -ge 2 ] || { echo "device_check: $1 needs a value" >&2; exit 2; }
      if [ "$1" = --part ]; then parts=$2; else binaries=$(realpath "$2"); fi
      shift 2
      ;;
    -*)
      echo "device_check: no such option: $1" >&2
      exit 2
      ;;
    *)
      build=$(realpath -m "$1")
      shift
      ;;
  esac
done
for part in ${parts//,/ }; do
  case "$part" in
    parity | sanitize | bench | files) ;;
    *) echo "device_check: no such part: $part (parity, sanitize, bench, files)" >&2; exit 2 ;;
  esac
done
wants() { [[ ",$parts," == *",$1,"* ]]; }
if [ -n "$binaries" ]; then
  for name in test_parity bench_cuda; do
    [ -x "$binaries/$name" ] || { echo "device_check: there is no $binaries/$name" >&2; exit 2; }
  done
fi
cd "$(dirname "$0")/.."
most=${MOSAIC_STEP_SECONDS:-3600}
step() { printf '\n== %s (%s)\n' "$*" "$(date -u +%H:%M:%S)"; }

failed=no
left_out=
check() {
  local name=$1 status=0
  shift
  timeout --kill-after=10 "$most" "$@" || status=$?
  if [ $status = 0 ]; then
    echo "passed: $name"
  else
    [ $status != 124 ] || name="$name (longer than $most s)"
    echo "FAILED: $name"
    failed=yes
  fi
}

if [ -z "$binaries" ] || wants files; then
  if [ ! -x "$build/tests/parity/test_parity" ] || [ ! -x "$build/tests/bench/bench_cuda" ] ||
    [ ! -x "$build/bin/mosaic-temporal" ]; then
    step "build"
    cmake --preset release -B "$build" -DMOSAIC_CUDA=ON \
      -DMOSAIC_CUDA_ARCHITECTURES="${MOSAIC_CUDA_ARCHITECTURES:-native}" >/dev/null
    cmake --build "$build" -j "$(nproc)" \
      --target mosaic-temporal test_parity bench_cuda
  fi
fi
test_parity=${binaries:-$build/tests/parity}/test_parity
bench_cuda=${binaries:-$build/tests/bench}/bench_cuda

step "card"
nvidia-smi --query-gpu=name,driver_version,compute_cap --format=csv,noheader || true
# bench_cuda --card says what is missing, or names the card, and ends.
if ! timeout 120 "$bench_cuda" --card; then
  echo "device_check: no card that these binaries can use" >&2
  exit 1
fi
parity=("$test_parity" --gtest_filter='*/cuda:CardFrames.*' --gtest_brief=1)

if wants parity; then
  step "parity on the card"
  check parity "${parity[@]}"
fi

# One tool. A card or driver that it does not know is no fault of ours: said, and not counted.
sanitize() {
  local tool=$1 status=0 log
  log=$(mktemp)
  timeout --kill-after=10 "$most" "$sanitizer" --tool "$tool" --error-exitcode 9 "${parity[@]}" \
    >"$log" 2>&1 || status=$?
  cat "$log"
  if grep -qiE 'device not supported|unable to find injection library|not supported on this' "$log"; then
    echo "not supported here: compute-sanitizer $tool"
    left_out="$left_out compute-sanitizer:$tool"
  elif [ $status = 0 ]; then
    echo "passed: $tool"
  else
    echo "FAILED: $tool (status $status)"
    failed=yes
  fi
  rm -f "$log"
}

if wants sanitize; then
  sanitizer=$(command -v compute-sanitizer || true)
  [ -n "$sanitizer" ] || sanitizer=$(ls /usr/local/cuda*/bin/compute-sanitizer 2>/dev/null | head -1 || true)
  if [ -n "$sanitizer" ]; then
    for tool in memcheck racecheck initcheck synccheck; do
      step "compute-sanitizer $tool"
      sanitize "$tool"
    done
  else
    echo "compute-sanitizer is not here"
    left_out="$left_out compute-sanitizer"
  fi
fi

if wants bench; then
  step "time per stage of a frame on the card"
  check times "$bench_cuda"
fi

# The film decoded on the card too, against the file of the run before.
decoded_there() {
  local flow=$1 start status=0
  start=$(date +%s.%N)
  timeout "$most" "$build/bin/mosaic-temporal" --frames "$film" --tiles "$pool" --flow "$flow" --tile-size 16 \
    --device cuda --decode nvdec --output "$work/nvdec.mp4" --force --quiet || status=$?
  if [ $status = 7 ]; then
    left_out="$left_out nvdec"
    return
  fi
  echo "cuda with nvdec, flow $flow: $(echo "$(date +%s.%N) - $start" | bc) s"
  check "same file with --decode nvdec, flow $flow" cmp "$work/cpu.mp4" "$work/nvdec.mp4"
}

# Encoding on the card: works, or says clearly that it cannot (exit code 7).
encoded_there() {
  local status=0
  step "h264_nvenc"
  timeout "$most" "$build/bin/mosaic-temporal" --frames "$film" --tiles "$pool" --flow block --tile-size 16 \
    --range 0-23 --codec h264_nvenc --output "$work/nvenc.mp4" --force --quiet || status=$?
  case $status in
    0) echo "passed: h264_nvenc" ;;
    7) left_out="$left_out nvenc" ;;
    *) echo "FAILED: h264_nvenc (status $status)"; failed=yes ;;
  esac
}

files() {
  step "check parity: every call, bits and times"
  check "check parity" "$build/bin/mosaic-temporal" check parity

  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
  film=${MOSAIC_FILM:-../shared/data/bbb480.mp4}
  pool=${MOSAIC_POOL:-../shared/data/tiles}
  if [ ! -e "$film" ] || [ ! -e "$pool" ]; then
    echo "$film or $pool is not here: a drawn scene instead"
    timeout "$most" "$build/bin/mosaic-temporal" demo "$work/demo" --quiet
    film=$work/demo/scene.mp4
    pool=$work/demo/tiles
  fi
  flows="none block"
  if [ -e "$build/lib/mosaic-temporal/libmosaic_torch.so" ]; then
    flows="none block raft"
    export MOSAIC_TEMPORAL_FLOW_WHEN=always  # few pairs of frames need RAFT
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

  unset MOSAIC_TEMPORAL_FLOW_WHEN
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
    decoded_there "$flow"
  done
  encoded_there

  step "for docs/determinism.md"
  echo "commit $(git rev-parse --short HEAD), $(nvidia-smi --query-gpu=name,driver_version --format=csv,noheader | head -1)"
  echo "| preset | flow | tile size | md5 of the mp4, frames ${MOSAIC_RANGE:-0-47}, cpu and cuda |"
  echo "|---|---|---|---|"
  cat "$table" 2>/dev/null || true
  step "for docs/benchmarks.md: seconds per stage of the card's run beside the CPU's"
  echo "| preset | flow | tile size | seconds |"
  echo "|---|---|---|---|"
  cat "$table.seconds" 2>/dev/null || true
}
if wants files; then files; fi

[ -z "$left_out" ] || printf '\nnot checked here:%s\n' "$left_out"
[ "$failed" = no ]
