#!/usr/bin/env bash
# Kills jobs at random moments (kill -9) and looks at what is left: the output must be absent or complete, and
# complete means the bytes of a run that nobody disturbed. Where an old file is replaced (--force), the output must be
# the old file or complete, and never absent.
#
#   scripts/soak.sh PROGRAM FILM PHOTOS [KILLS] [SEED]
#
# Four jobs: .mp4 with motion, .mkv without, numbered pictures, and an .mp4 over an old file. KILLS (50) for each.
# Every fifth run is stopped by SIGTERM, SIGINT or SIGHUP instead, in turn, and every seventh finds a byte of what is
# kept changed.
set -euo pipefail
[ $# -ge 3 ] || { sed -n '2,11s/^# \{0,1\}//p' "$0"; exit 2; }
program=$1 film=$2 photos=$3 kills=${4:-50}
RANDOM=${5:-1}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export XDG_CACHE_HOME=$work/cache

gentle=(TERM INT HUP)

digest() {  # of a file, or of a folder's names and bytes
  if [ -d "$1" ]; then (cd "$1" && md5sum -- * | md5sum); else md5sum < "$1"; fi
}
start() {  # output, options...; becomes the program
  local output=$1; shift
  case $output in *pictures) output=$output/ ;; esac
  exec "$program" --frames "$film" --tiles "$photos" --output "$output" --tile-size 16 --segment-frames 12 \
    --resume on -q "$@"
}
random_sleep() {  # up to $1 milliseconds
  local ms=$(( (RANDOM * 32768 + RANDOM) % $1 ))
  sleep "$((ms / 1000)).$(printf %03d $((ms % 1000)))"
}
spoil_a_byte() {  # in a finished piece
  local pieces=("$1"/segment-??????)
  [ -f "${pieces[0]}" ] || return 0
  local piece=${pieces[RANDOM % ${#pieces[@]}]} size
  size=$(stat -c %s "$piece")
  printf '\377\376\375' | dd of="$piece" bs=1 seek=$((RANDOM * size / 32768)) conv=notrunc status=none
  spoiled=$((spoiled + 1))
}

soak() {  # name, output, job folder, options...; with --force an old file is there
  local name=$1 output=$2 folder=$3; shift 3
  local begun expected took old='' digest='' runs=0 killed=0 finished=0 resumed=0 stayed=0
  spoiled=0
  begun=$(date +%s%N)
  (start "$work/whole-$output" "$@")
  took=$(( ($(date +%s%N) - begun) / 1000000 ))
  expected=$(digest "$work/whole-$output")
  case " $* " in
    *' --force '*)
      head -c 100000 "$film" > "$work/old"
      old=$(digest "$work/old")
      ;;
  esac
  while [ "$killed" -lt "$kills" ]; do
    [ -z "$old" ] || [ -e "$work/$output" ] || cp "$work/old" "$work/$output"
    [ $((killed % 7)) -ne 6 ] || spoil_a_byte "$work/$folder"
    ls "$work/$folder"/segment-?????? > /dev/null 2>&1 && resumed=$((resumed + 1))
    start "$work/$output" "$@" 2>> "$work/log" &
    local pid=$! code=0
    random_sleep "$took"
    local signal=KILL
    # By runs, not kills: under nohup SIGHUP stops nothing, and the next run draws another.
    [ $((runs % 5)) -ne 4 ] || signal=${gentle[runs / 5 % ${#gentle[@]}]}
    runs=$((runs + 1))
    kill -"$signal" "$pid" 2>/dev/null || true
    wait "$pid" 2>/dev/null || code=$?
    case $code in
      0) finished=$((finished + 1)) ;;
      129|130|137|143) killed=$((killed + 1)) ;;
      *) echo "$name: exit $code"; tail -3 "$work/log"; return 1 ;;
    esac
    if [ -e "$work/$output" ]; then
      digest=$(digest "$work/$output")
      if [ "$digest" = "$expected" ]; then
        rm -rf "${work:?}/$output" "${work:?}/$folder"
      elif [ -n "$old" ] && [ "$digest" = "$old" ] && [ "$code" -ne 0 ]; then
        stayed=$((stayed + 1))
      else
        echo "$name: WRONG OUTPUT after $killed kills"; return 1
      fi
    elif [ -n "$old" ]; then
      echo "$name: THE OLD FILE IS GONE after $killed kills"; return 1
    elif [ "$code" -eq 0 ]; then
      echo "$name: no output although it ended well"; return 1
    fi
  done
  (start "$work/$output" "$@" 2>> "$work/log")
  [ "$(digest "$work/$output")" = "$expected" ] || { echo "$name: WRONG OUTPUT at the end"; return 1; }
  [ ! -e "$work/$folder" ] || { echo "$name: the job's folder was left"; return 1; }
  echo "$name: $killed kills, $resumed runs went on from kept pieces, $spoiled pieces spoiled," \
    "$((finished + 1)) runs finished, every output right${old:+, the old file stayed $stayed times}"
}

soak mp4 film.mp4 .film.mp4.mosaic-job --flow block
soak mkv film.mkv .film.mkv.mosaic-job --flow none
soak pictures pictures .pictures.mosaic-job --flow block
soak over over.mp4 .over.mp4.mosaic-job --flow block --force
