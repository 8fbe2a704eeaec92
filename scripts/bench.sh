#!/usr/bin/env bash
# The tables of docs/benchmarks.md for this machine: what a mosaic costs beside the codec around it, per stage, in memory,
# and how that grows with cells, tiles and threads.
#   scripts/bench.sh [--full | --bars] [--runs N] [--frames N] [--micro] [--work DIR] [VIDEO PHOTOS]
# Without VIDEO and PHOTOS, the demo's scene and pool. VIDEO is taken at 1920x1080; pools of every size are cut out of
# PHOTOS (scripts/bench_pool.sh) and kept in DIR (build-bench/inputs), as is the scaled video.
#   --full     tiles of 16, 32, 64 px x 1,000, 4,000, 20,000, 100,000 photos x flow none, block, dis, raft: hours on two cores;
#              else a selection of about a dozen runs
#   --bars     instead, what docs/benchmarks.md promises, and whether this machine meets it
#   --runs     of each command, the median counts [3]; --frames of the video [150]
#   --micro    also the micro-benchmarks of tests/bench
set -euo pipefail

mode=() runs=3 frames=150 micro=no work="" inputs=()
while [ $# -gt 0 ]; do
  case "$1" in
    --full | --bars) mode=("$1") ;;
    --micro) micro=yes ;;
    --runs) runs=$2 && shift ;;
    --frames) frames=$2 && shift ;;
    --work) work=$(realpath -m -- "$2") && shift ;;
    -h | --help) sed -n '2,12s/^# \{0,1\}//p' "$0" && exit 0 ;;
    -*) echo "bench.sh: unknown option '$1'; see --help" >&2 && exit 2 ;;
    *) inputs+=("$(realpath -- "$1")") ;;
  esac
  shift
done
case ${#inputs[@]} in 0 | 2) ;; *) echo "bench.sh: VIDEO and PHOTOS, or neither" >&2 && exit 2 ;; esac

cd "$(dirname "$0")/.."
build=${MOSAIC_BENCH_BUILD:-build-bench}
if [ -z "${MOSAIC_BENCH_BUILD:-}" ]; then
  bash scripts/setup.sh --test
  cmake --preset release -DMOSAIC_TESTS="$([ $micro = yes ] && echo ON || echo OFF)" -B "$build" >/dev/null
  cmake --build "$build" >/dev/null
fi
program=$PWD/$build/bin/mosaic-temporal
work=${work:-$PWD/build-bench/inputs}
mkdir -p "$work"

if [ ${#inputs[@]} = 0 ]; then
  [ -d "$work/demo" ] || "$program" demo "$work/demo" --size 1920x1080 --frames "$frames" --tiles 1000 --quiet
  inputs=("$(find "$work/demo" -maxdepth 1 -name '*.mp4' | head -1)" "$work/demo/tiles")
fi
scaled=$work/video-$frames-$(cksum <<<"${inputs[0]}" | cut -d' ' -f1).mp4
if [ ! -e "$scaled" ]; then
  ffmpeg -nostdin -v error -y -i "${inputs[0]}" -an -frames:v "$frames" -vf scale=1920:1080 -c:v libx264 \
    -preset veryfast -crf 16 "$scaled.part.mp4"
  mv "$scaled.part.mp4" "$scaled"
fi
python3 scripts/bench_matrix.py --program "$program" --video "$scaled" --photos "${inputs[1]}" --work "$work" \
  --runs "$runs" "${mode[@]}"
if [ $micro = yes ]; then
  for one in tests/bench/bench_{backend,assign,library,flow,video} bin/bench_raft; do
    printf '\n## %s\n\n```\n' "${one##*/}"
    "$build/$one" --benchmark_min_time=0.2 2>/dev/null
    printf '```\n'
  done
fi
