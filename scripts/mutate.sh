#!/usr/bin/env bash
# Feeds the program files in which zzuf has flipped bits, and counts how it ends: 0 (nothing of it
# mattered), 3 (damage named) and 4 (refused) are right; a crash, a hang of over 60 s or another code
# is a bug, and the file that did it is kept.
#   scripts/mutate.sh [--program PATH] [--count N] [--keep DIR] [FORMAT ...]
# Formats: mp4 mkv webm avi ts gif h264 y4m (films), png jpg webp tif (tiles); all of them, 200 times each, by
# default.
set -euo pipefail
cd "$(dirname "$0")/.."

program=
for build in build build-ci; do
  [ -z "$program" ] && [ -x "$build/bin/mosaic-temporal" ] && program=$PWD/$build/bin/mosaic-temporal
done
count=200
keep=$PWD/mutants
formats=()
while [ $# -gt 0 ]; do
  case "$1" in
    --program) program=$2; shift 2 ;;
    --count) count=$2; shift 2 ;;
    --keep) keep=$2; shift 2 ;;
    -h | --help) sed -n '2,7s/^# \{0,1\}//p' "$0"; exit 0 ;;
    mp4 | mkv | webm | avi | ts | gif | h264 | y4m | png | jpg | webp | tif) formats+=("$1"); shift ;;
    *) echo "mutate.sh: unknown argument '$1'; see --help" >&2; exit 2 ;;
  esac
done
[ ${#formats[@]} -gt 0 ] || formats=(mp4 mkv webm avi ts gif h264 y4m png jpg webp tif)
[ -n "$program" ] || { echo "mutate.sh: build the program first, or give --program" >&2; exit 2; }
for tool in zzuf ffmpeg timeout; do
  command -v $tool >/dev/null || { echo "mutate.sh: $tool is missing (apt install $tool)" >&2; exit 2; }
done

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
unset HOME XDG_CACHE_HOME # the index stays in memory: every run decodes its tiles
make() { ffmpeg -v error -nostdin -y -f lavfi "$@"; }
mkdir -p "$work/pool"
for i in $(seq 12); do
  make -i "mandelbrot=s=48x48:start_scale=$(awk "BEGIN{print 3/$i}")" -frames:v 1 "$work/pool/p$i.png"
done
film="testsrc2=s=96x64:r=25:d=0.8"
make -i "$film" -f lavfi -i sine=d=0.8 -c:v libx264 -c:a aac "$work/seed.mp4"
make -i "$film" -f lavfi -i sine=d=0.8 -c:v libx264 -bf 3 -c:a aac "$work/seed.mkv"
make -i "$film" -f lavfi -i sine=d=0.8 -c:v libvpx-vp9 -deadline realtime -c:a libopus "$work/seed.webm"
make -i "$film" -c:v mpeg4 "$work/seed.avi"
make -i "$film" -f lavfi -i sine=d=0.8 -c:v libx264 -c:a aac "$work/seed.ts"
make -i "testsrc2=s=48x32:r=10:d=0.6" "$work/seed.gif"
make -i "$film" -c:v libx264 -f h264 "$work/seed.h264"
make -i "testsrc2=s=48x32:r=10:d=0.6" "$work/seed.y4m"
make -i "testsrc2=s=96x64:r=1:d=1" -frames:v 1 "$work/seed.png"
make -i "testsrc2=s=96x64:r=1:d=1" -frames:v 1 -q:v 2 "$work/seed.jpg"
make -i "testsrc2=s=96x64:r=1:d=1" -frames:v 1 -c:v libwebp "$work/seed.webp"
make -i "testsrc2=s=96x64:r=1:d=1" -frames:v 1 "$work/seed.tif"

# One run; prints the exit code.
run() { # frames tiles
  local code=0
  timeout 60 "$program" --frames "$1" --tiles "$2" --output "$work/out.mp4" --force --tile-size 8 \
    --flow block --encoder-preset ultrafast --threads 1 --quiet >/dev/null 2>"$work/log" </dev/null || code=$?
  echo $code
}

bad=0
printf '%-6s %6s %6s %6s %6s %6s %6s\n' format runs 0 3 4 hang other
for format in "${formats[@]}"; do
  declare -A ended=()
  for seed in $(seq "$count"); do
    case "$format" in
      png | jpg | webp | tif)
        # Every photo of a pool of six is another mutant; the six others keep the pool usable.
        rm -rf "$work/tiles"
        mkdir "$work/tiles"
        cp "$work"/pool/p{1,2,3,4,5,6}.png "$work/tiles/"
        for i in $(seq 6); do
          zzuf -s $((seed * 6 + i)) -r 0.00005:0.01 <"$work/seed.$format" >"$work/tiles/m$i.$format"
        done
        mutant=$work/tiles
        code=$(run "$work/seed.mp4" "$mutant")
        ;;
      *)
        mutant=$work/mutant.$format
        zzuf -s "$seed" -r 0.00005:0.01 <"$work/seed.$format" >"$mutant"
        code=$(run "$mutant" "$work/pool")
        ;;
    esac
    case $code in
      0 | 3 | 4) kind=$code ;;
      124) kind=hang ;;
      *) kind=other ;;
    esac
    ended[$kind]=$((${ended[$kind]:-0} + 1))
    if [ $kind = hang ] || [ $kind = other ]; then
      bad=1
      mkdir -p "$keep"
      cp -r "$mutant" "$keep/$format-$seed-code$code"
      cp "$work/log" "$keep/$format-$seed-code$code.log"
    fi
  done
  printf '%-6s %6d %6d %6d %6d %6d %6d\n' "$format" "$count" "${ended[0]:-0}" "${ended[3]:-0}" \
    "${ended[4]:-0}" "${ended[hang]:-0}" "${ended[other]:-0}"
  unset ended
done
[ $bad = 0 ] || echo "mutate.sh: what went wrong is kept in $keep" >&2
exit $bad
