#!/usr/bin/env bash
# scripts/device_check.sh with stand-ins for the card's binaries and for compute-sanitizer: what it runs, what it
# calls a failure, and what it only reports.
set -euo pipefail
script=$(realpath "$1")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/bin" "$work/path"

stand_in() { # FILE STATUS TEXT
  printf '#!/bin/sh\necho "%s $*"\nexit %s\n' "$3" "$2" >"$1"
  chmod +x "$1"
}
run() { # WANTED_STATUS ARGUMENT...
  local wanted=$1 status=0
  shift
  PATH="$work/path:$PATH" "$script" --binaries "$work/bin" "$@" >"$work/log" 2>&1 || status=$?
  [ "$status" = "$wanted" ] || { cat "$work/log"; echo "status $status, not $wanted: $*"; exit 1; }
}
has() { grep -q "$1" "$work/log" || { cat "$work/log"; echo "nothing says: $1"; exit 1; }; }
has_no() { ! grep -q "$1" "$work/log" || { cat "$work/log"; echo "something says: $1"; exit 1; }; }

run 2 --part parity # no binaries
has 'there is no'
stand_in "$work/bin/test_parity" 0 tested
stand_in "$work/bin/bench_cuda" 0 'a card'
stand_in "$work/path/compute-sanitizer" 0 sanitized
run 2 --part everything
has 'no such part'
run 2 --fast

run 0 --part parity,bench
has "tested --gtest_filter=\*/cuda"
has 'passed: times'
has_no sanitized
run 0 --part sanitize
for tool in memcheck racecheck initcheck synccheck; do has "passed: $tool"; done
has_no 'passed: parity'

stand_in "$work/path/compute-sanitizer" 9 'a race'
run 1 --part sanitize
has 'FAILED: racecheck'
stand_in "$work/path/compute-sanitizer" 1 'Error: Device not supported.'
run 0 --part sanitize
has_no FAILED
has 'not checked here:.*compute-sanitizer:memcheck'

stand_in "$work/bin/test_parity" 1 wrong
run 1 --part parity
has 'FAILED: parity'
printf '#!/bin/sh\nexec sleep 600\n' >"$work/bin/test_parity"
MOSAIC_STEP_SECONDS=1 run 1 --part parity
has 'longer than 1 s'
stand_in "$work/bin/bench_cuda" 1 'no driver'
run 1 --part parity
has 'no card that these binaries can use'
