#!/usr/bin/env bash
# Makes a mosaic of every video of a folder in two ways that must give the same bytes, and compares
# the md5s of the whole files:
#   scripts/parity.sh FOLDER [options]
#     --tiles POOL          photos for the tiles (default: FOLDER/tiles)
#     --against cuda        --device cpu and --device cuda (the default)
#     --against threads     --device cpu with 1 thread and with 3: where there is no card
#     --presets "A B"       default: vivid
#     --flows "A B"         default: none block
#     --tile-sizes "A B"    default: 16 32
#     --range A-B           frames of each video (default: all)
#     --program FILE        default: build/bin/mosaic-temporal of this checkout, else the one in PATH
#     --keep FOLDER         keep the files of runs that differ
# Prints a line for every comparison: equal or DIFFERS, md5, video, settings.
# Exit code: 0 all are equal, 2 a mistake in the command line, 4 no video or a run failed, 6 a pair of files differs,
# 7 there is no card to compare with. When several apply, 6 comes before 4.
set -uo pipefail

usage() {
  echo "parity.sh: $*" >&2
  echo "see the head of $0" >&2
  exit 2
}

folder='' pool='' against=cuda presets=vivid flows='none block' sizes='16 32' range='' keep=''
here=$(cd "$(dirname "$0")/.." && pwd)
program=''
while [ $# -gt 0 ]; do
  case $1 in
    --tiles | --against | --presets | --flows | --tile-sizes | --range | --program | --keep)
      [ $# -ge 2 ] || usage "$1 needs a value"
      case $1 in
        --tiles) pool=$2 ;;
        --against) against=$2 ;;
        --presets) presets=$2 ;;
        --flows) flows=$2 ;;
        --tile-sizes) sizes=$2 ;;
        --range) range=$2 ;;
        --program) program=$2 ;;
        --keep) keep=$2 ;;
      esac
      shift 2
      ;;
    -*) usage "unknown option $1" ;;
    *)
      [ -z "$folder" ] || usage "one folder, not '$folder' and '$1'"
      folder=$1
      shift
      ;;
  esac
done
[ -n "$folder" ] || usage "a folder of videos is missing"
[ -d "$folder" ] || usage "'$folder' is no folder"
[ -n "$pool" ] || pool=$folder/tiles
[ -e "$pool" ] || usage "there are no tiles at '$pool'; name them with --tiles"
case $against in
  cuda) ways=("--device cpu" "--device cuda") ;;
  threads) ways=("--device cpu --threads 1" "--device cpu --threads 3") ;;
  *) usage "--against takes cuda or threads, not '$against'" ;;
esac
if [ -z "$program" ]; then
  for candidate in "$here/build/bin/mosaic-temporal" "$(command -v mosaic-temporal || true)"; do
    if [ -x "$candidate" ]; then
      program=$candidate
      break
    fi
  done
fi
if [ ! -x "$program" ]; then
  usage "mosaic-temporal is not found; name it with --program"
fi

if [ "$against" = cuda ]; then
  backends=$("$program" --version | sed -n 's/^  backends *//p')
  case $backends in
    "cuda, "*) ;;
    *)
      echo "parity.sh: no card to compare with: $backends" >&2
      exit 7
      ;;
  esac
fi

shopt -s nullglob nocaseglob
videos=()
for file in "$folder"/*.{mp4,mkv,mov,webm,avi,ts,m4v,mpg}; do
  [ -f "$file" ] && videos+=("$file")
done
shopt -u nocaseglob
if [ ${#videos[@]} = 0 ]; then
  echo "parity.sh: there is no video in '$folder'" >&2
  exit 4
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
compared=0 differing=0 failed=0

# One pair of runs; prints its line.
compare() {
  local video=$1 preset=$2 flow=$3 size=$4
  local what="preset $preset, flow $flow, tile size $size"
  local i code sums=()
  for i in 0 1; do
    # shellcheck disable=SC2086  # each way is a few words
    "$program" --frames "$video" --tiles "$pool" --preset "$preset" --flow "$flow" \
      --tile-size "$size" ${range:+--range "$range"} ${ways[i]} \
      --output "$work/$i.mp4" --force --quiet 2>"$work/err"
    code=$?
    # 3: done, with damaged inputs, of which both make the same
    if [ $code != 0 ] && [ $code != 3 ]; then
      echo "FAILED   (exit code $code)  $video  $what, ${ways[i]}: $(head -1 "$work/err")"
      failed=$((failed + 1))
      return
    fi
    sums+=("$(md5sum <"$work/$i.mp4" | cut -d' ' -f1)")
  done
  compared=$((compared + 1))
  if [ "${sums[0]}" = "${sums[1]}" ]; then
    echo "equal    ${sums[0]}  $video  $what"
    return
  fi
  differing=$((differing + 1))
  echo "DIFFERS  ${sums[0]} ${sums[1]}  $video  $what"
  if [ -n "$keep" ]; then
    mkdir -p "$keep"
    for i in 0 1; do
      cp "$work/$i.mp4" "$keep/$(basename "$video").$preset.$flow.$size.${ways[i]//[ -]/}.mp4"
    done
  fi
}

for video in "${videos[@]}"; do
  for preset in $presets; do
    for flow in $flows; do
      for size in $sizes; do
        compare "$video" "$preset" "$flow" "$size"
      done
    done
  done
done
echo "$compared pairs compared (${ways[0]} against ${ways[1]}), $differing differ, $failed could not be made"
[ $differing = 0 ] || exit 6
[ $failed = 0 ] || exit 4
