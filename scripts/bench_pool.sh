#!/usr/bin/env bash
# A pool of exactly COUNT small photographs, cut out of those in PHOTOS: squares of other places and sizes,
# every second one mirrored. Always the same ones for the same photographs.
#   scripts/bench_pool.sh PHOTOS COUNT FOLDER
set -euo pipefail

if [ $# -ne 3 ]; then
  sed -n '2,4s/^# \{0,1\}//p' "$0" >&2
  exit 2
fi
photos=$(realpath -- "$1")
count=$2
folder=$3
case "$count" in '' | *[!0-9]*) echo "bench_pool.sh: '$count' is not a number" >&2 && exit 2 ;; esac
if [ -e "$folder/.complete" ] && [ "$(cat "$folder/.complete")" = "$count" ]; then exit; fi
mkdir -p "$folder"
find "$folder" -name '*.jpg' -delete
number=$(find "$photos" -maxdepth 1 -type f -name '*.jpg' | wc -l)
[ "$number" -gt 0 ] || { echo "bench_pool.sh: no *.jpg in $photos" >&2 && exit 1; }

# One round cuts one square out of every photograph; its size and place depend on the round alone.
round() {
  local from=$(($1 * number)) left=$((count - $1 * number)) fit mirror=""
  fit=$(awk -v r="$1" 'BEGIN { printf "%.3f:%.3f:%.3f", 1 - (r * 37 % 51) / 100, (r * 61 % 101) / 100, (r * 29 % 101) / 100 }')
  IFS=: read -r side x y <<<"$fit"
  if (($1 % 2 == 1)); then mirror=,hflip; fi
  ffmpeg -nostdin -v error -pattern_type glob -i "$photos/*.jpg" -frames:v $((left < number ? left : number)) \
    -vf "crop=w=trunc(min(iw\,ih)*$side):h=ow:x=(iw-ow)*$x:y=(ih-oh)*$y:exact=1,scale=96:96$mirror" \
    -q:v 3 -threads 1 -start_number "$from" "$folder/%06d.jpg"
}
export -f round
export photos count folder number
seq 0 $(((count - 1) / number)) | xargs -P "$(nproc)" -I{} bash -c 'round {}'
made=$(find "$folder" -name '*.jpg' | wc -l)
[ "$made" = "$count" ] || { echo "bench_pool.sh: $made of $count photographs came out" >&2 && exit 1; }
echo "$count" >"$folder/.complete"
