#!/usr/bin/env bash
# Several films side by side on one machine, with GNU parallel. What is done already is left alone, a film that
# fails does not stop the others, and a run that was stopped goes on where it was.
#
#   scripts/batch.sh [-j JOBS] OUT_DIR FILM... -- --tiles PHOTOS [more options of mosaic-temporal]
#
# Each job gets its share of the cores. OUT_DIR/batch.log is parallel's log. Exit code: the worst of all.
set -euo pipefail
usage() { sed -n '2,8s/^# \{0,1\}//p' "$0"; exit 2; }
program=${MOSAIC_TEMPORAL:-$(dirname "$0")/../build/bin/mosaic-temporal}
[ -x "$program" ] || program=mosaic-temporal
jobs=2
if [ "${1:-}" = -j ]; then jobs=${2:?}; shift 2; fi
[ $# -ge 4 ] || usage
out_dir=$1; shift
films=()
while [ $# -gt 0 ] && [ "$1" != -- ]; do films+=("$1"); shift; done
if [ "${1:-}" != -- ] || [ ${#films[@]} -eq 0 ]; then usage; fi
shift
command -v parallel > /dev/null || { echo "GNU parallel is missing: apt-get install parallel" >&2; exit 7; }
mkdir -p "$out_dir"
threads=$(( ($(nproc) + jobs - 1) / jobs ))
code=0
printf '%s\0' "${films[@]}" |
  parallel --null --will-cite --jobs "$jobs" --joblog "$out_dir/batch.log" --line-buffer --tagstring '{/}' \
    "$program" --frames {} --out-dir "$out_dir" --threads "$threads" "${@@Q}" || code=$?
[ "$code" -eq 0 ] && exit 0
# parallel counts failures; the worst code is in its log, ordered as in docs/reliability.md.
for worst in 1 2 6 7 5 4 75 3; do
  cut -f 7 "$out_dir/batch.log" | grep -qx "$worst" && exit "$worst"
done
exit 1
