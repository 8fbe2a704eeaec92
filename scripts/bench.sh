#!/usr/bin/env bash
# End-to-end speed as a ratio to the codec around it, in one run on one machine.
#   scripts/bench.sh VIDEO PHOTOS [TILE_SIZE] [RUNS] [-- more options of mosaic-temporal]
# Prints a Markdown table: frames per second of mosaic-temporal, of ffmpeg decoding and encoding with
# the same encoder settings, their ratio, and milliseconds per stage.
set -euo pipefail

if [ $# -lt 2 ]; then
  sed -n '2,5s/^# \{0,1\}//p' "$0" >&2
  exit 2
fi
video=$(realpath -- "$1")
photos=$(realpath -- "$2")
shift 2
tile=16
runs=5
if [ $# -gt 0 ] && [ "$1" != -- ]; then tile=$1 && shift; fi
if [ $# -gt 0 ] && [ "$1" != -- ]; then runs=$1 && shift; fi
if [ "${1:-}" = -- ]; then shift; fi
encoder_preset=${MOSAIC_BENCH_ENCODER_PRESET:-medium}

cd "$(dirname "$0")/.."
bash scripts/setup.sh --test
cmake --preset release -DMOSAIC_TESTS=OFF -DMOSAIC_BENCHMARKS=OFF -B build-bench >/dev/null
cmake --build build-bench --target mosaic-temporal >/dev/null
program=build-bench/bin/mosaic-temporal
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# seconds COMMAND...: wall time of one run
seconds() {
  local start end
  start=$(date +%s.%N)
  "$@" >/dev/null 2>"$work/err" || { cat "$work/err" >&2; exit 1; }
  end=$(date +%s.%N)
  awk -v a="$start" -v b="$end" 'BEGIN {print b - a}'
}
median() { sort -n | awk '{v[NR]=$1} END {print NR%2 ? v[(NR+1)/2] : (v[NR/2]+v[NR/2+1])/2}'; }

"$program" index --tiles "$photos" --tile-size "$tile" -o "$work/pool.mti" >/dev/null 2>&1
render=("$program" --frames "$video" --tiles "$photos" --index "$work/pool.mti" --tile-size "$tile"
  --output "$work/mosaic.mp4" --encoder-preset "$encoder_preset" --report "$work/report.json"
  --force --quiet "$@")
for ((i = 0; i < runs; i++)); do seconds "${render[@]}"; done | median >"$work/ours"
frames=$(python3 -c "import json;print(json.load(open('$work/report.json'))['frames_out'])")
for ((i = 0; i < runs; i++)); do
  seconds ffmpeg -v error -y -i "$video" -an -c:v libx264 -preset "$encoder_preset" -crf 18 \
    -frames:v "$frames" "$work/codec.mp4"
done | median >"$work/codec"
/usr/bin/env python3 - "$work" "$frames" <<'PY'
import json, sys
work, frames = sys.argv[1], int(sys.argv[2])
ours = float(open(f"{work}/ours").read()); codec = float(open(f"{work}/codec").read())
report = json.load(open(f"{work}/report.json"))
stages = ", ".join(f"{k} {1000 * v / frames:.1f}" for k, v in report["stage_seconds"].items())
grid = report["grid"]
print("| cells | tiles | frames | mosaic fps | codec alone fps | ratio | ms per frame by stage |")
print("|---|---|---|---|---|---|---|")
print(f"| {grid['columns']}x{grid['rows']} | {report['tiles']['photos']} | {frames} | {frames / ours:.1f} "
      f"| {frames / codec:.1f} | {ours / codec:.2f} | {stages} |")
PY
