#!/usr/bin/env bash
# Several films side by side on one machine, with GNU parallel. What is done already is left alone, a film that
# fails does not stop the others, and a run that was stopped goes on where it was.
#
#   scripts/batch.sh [-j JOBS] OUT_DIR FILM... -- --tiles PHOTOS [more options of mosaic-temporal]
#
# Each job gets its share of the cores. OUT_DIR/batch.log is parallel's log of the run that ended last. Exit code:
# the worst of all, or that of the signal (SIGINT, SIGTERM, SIGHUP) that stopped it.
set -euo pipefail
usage() { sed -n '2,9s/^# \{0,1\}//p' "$0"; exit 2; }
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
# Its own until the end: another run may be working for the same folder, and the codes are read from it.
log=$(mktemp "$out_dir/.batch.log.XXXXXX")
chmod "$(printf '%o' $((0666 & ~$(umask))))" "$log"
trap 'mv -f "$log" "$out_dir/batch.log" || true' EXIT
out_dir_quoted=${out_dir@Q}
export SHELL=/bin/bash  # what parallel runs the commands with; other shells read quotes otherwise
threads=$(( ($(nproc) + jobs - 1) / jobs ))

# Stopped by a signal, each job gets the first of its own and six seconds to keep what it has finished. parallel
# takes the first SIGTERM for "start no more" in some versions and for "stop" in others, the second one always for
# "stop". (An asynchronous command of a script does not hear Ctrl-C by itself.)
signal=0
stop() {
  signal=$1
  kill -TERM "$parallel" 2> /dev/null || true
  sleep 0.2
  kill -TERM "$parallel" 2> /dev/null || true
}
trap 'stop 15' TERM
trap 'stop 2' INT
trap 'stop 1' HUP
parallel --null --will-cite --jobs "$jobs" --joblog "$log" --line-buffer --tagstring '{/}' \
  --termseq TERM,6000,TERM,1000,KILL,25 \
  "${program@Q}" --frames={} --out-dir "$out_dir_quoted" --threads "$threads" "${@@Q}" \
  < <(printf '%s\0' "${films[@]}") &
parallel=$!
code=0
wait "$parallel" || code=$?
# A signal interrupts the wait, and the jobs are still ending.
while kill -0 "$parallel" 2> /dev/null; do
  wait "$parallel" || code=$?
done
[ "$signal" -eq 0 ] || exit $((128 + signal))
[ "$code" -eq 0 ] && exit 0
# parallel counts failures; the worst code is in its log, ordered as in docs/reliability.md. A job that a signal
# ended (want of memory, mostly) has no code.
if cut -f 8 "$log" | grep -qx '[1-9][0-9]*'; then exit 1; fi
for worst in 1 2 6 7 5 4 75 3; do
  if cut -f 7 "$log" | grep -qx "$worst"; then exit "$worst"; fi
done
exit 1
