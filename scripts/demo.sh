#!/usr/bin/env bash
# From nothing to a mosaic video: installs packages, builds, renders.
#   scripts/demo.sh                 a scene and a pool of tiles, drawn procedurally, into demo/
#   scripts/demo.sh VIDEO PHOTOS    a video and a folder of photos of your own
set -euo pipefail

case "${1:-}" in
  -h | --help)
    sed -n '2,4s/^# \{0,1\}//p' "$0"
    exit 0
    ;;
esac
if [ $# -ne 0 ] && [ $# -ne 2 ]; then
  echo "usage: scripts/demo.sh [VIDEO PHOTOS]" >&2
  exit 2
fi
# Paths are relative to where the user stands, not to the repository.
video=${1:+$(realpath -- "$1")}
photos=${2:+$(realpath -- "$2")}

cd "$(dirname "$0")/.."
bash scripts/setup.sh
cmake --preset release -DMOSAIC_TESTS=OFF -DMOSAIC_BENCHMARKS=OFF -B build-demo >/dev/null
cmake --build build-demo --target mosaic-temporal
program=build-demo/bin/mosaic-temporal

mkdir -p demo
if [ -z "$video" ]; then
  "$program" demo demo/input --force
  video=demo/input/scene.mp4
  photos=demo/input/tiles
fi
command=("$program" --frames "$video" --tiles "$photos" --output demo/mosaic.mp4
  --preset vivid --force)
# The preset asks for RAFT, which needs LibTorch.
[ -e build-demo/lib/mosaic-temporal/libmosaic_torch.so ] || command+=(--flow block)
"${command[@]}"
echo
echo "made: $PWD/demo/mosaic.mp4"
echo "again: cd $PWD &&$(printf ' %q' "${command[@]}")"
