#!/usr/bin/env bash
# Renders a film that is repeated for an hour and watches memory and open files: one line per minute of film,
# then a verdict. Exit code 1 when memory rises by more than 1 MB per minute of film, or open files rise.
#
#   scripts/hour.sh [--minutes N] [--table FILE] PROGRAM FILM PHOTOS [more options of mosaic-temporal]
#
# The first tenth (at least two minutes) is warm-up: queues and the encoder's lookahead fill. Of the rest the
# rise is the slope of the least-squares line. At least six minutes are needed. FILE gets the lines too.
set -euo pipefail
minutes=60 table=
while :; do
  case "${1:-}" in
    --minutes) minutes=$2; shift 2 ;;
    --table) table=$2; shift 2 ;;
    *) break ;;
  esac
done
if [ $# -lt 3 ] || [ "$minutes" -lt 6 ]; then sed -n '2,9s/^# \{0,1\}//p' "$0"; exit 2; fi
program=$1 film=$2 photos=$3; shift 3
work=$(mktemp -d)
pid=
cleanup() {
  if [ -n "$pid" ]; then kill "$pid" 2>/dev/null || true; wait "$pid" 2>/dev/null || true; fi
  rm -rf "$work"
}
trap cleanup EXIT
[ -n "$table" ] || table=$work/table

rate=$(ffprobe -v error -select_streams v:0 -show_entries stream=avg_frame_rate -of csv=p=0 "$film")
per_minute=$(awk -F/ -v rate="$rate" 'BEGIN { split(rate, r, "/"); printf "%d", 60 * r[1] / (r[2] ? r[2] : 1) + 0.5 }')
ffmpeg -v error -nostdin -stream_loop -1 -i "$film" -map 0:v:0 -map '0:a:0?' -c copy -t "$((minutes * 60))" "$work/film.mkv"
"$program" --frames "$work/film.mkv" --tiles "$photos" --output "$work/out.mkv" --status-file "$work/status" \
  --resume on --quiet "$@" &
pid=$!

done_frames() { sed -n 's/.*"done":\([0-9]*\).*"total".*/\1/p' "$work/status" 2>/dev/null || true; }
printf '%6s %10s %10s %6s\n' minute frames kB files | tee "$table"
next=$per_minute
while kill -0 "$pid" 2>/dev/null; do
  frames=$(done_frames)
  if [ "${frames:-0}" -ge "$next" ]; then
    # What is measured belongs to the frames that are done now, not to those that were asked for.
    memory=$(awk '/^VmRSS/ { print $2 }' "/proc/$pid/status" 2>/dev/null || true)
    files=$(find "/proc/$pid/fd" -mindepth 1 -maxdepth 1 2>/dev/null | wc -l)
    if [ -n "$memory" ] && [ "$files" -gt 0 ]; then
      printf '%6d %10d %10d %6d\n' "$((frames / per_minute))" "$frames" "$memory" "$files" | tee -a "$table"
    fi
    next=$(((frames / per_minute + 1) * per_minute))
  fi
  sleep 0.5
done
code=0
wait "$pid" || code=$?
pid=
[ "$code" -eq 0 ] || { echo "hour.sh: the program ended with $code" >&2; exit "$code"; }

awk -v all="$minutes" -v per_minute="$per_minute" '
  NR > 1 && $2 / per_minute > (all / 10 > 2 ? all / 10 : 2) {
    x = $2 / per_minute; y = $3 / 1000 * 1.024
    n++; sx += x; sy += y; sxx += x * x; sxy += x * y
    if (n == 1) files = $4
    if ($4 > most) most = $4
  }
  END {
    if (n < 3) { print "verdict: too few minutes were seen (" n + 0 ")"; exit 1 }
    slope = (n * sxy - sx * sy) / (n * sxx - sx * sx)
    bad = slope > 1 || most > files
    printf "verdict: %s: memory %+.3f MB per minute of film (1 allowed), open files %d, at most %d\n",
           bad ? "RISING" : "flat", slope, files, most
    exit bad
  }' "$table"
