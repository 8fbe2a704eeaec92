#!/usr/bin/env bash
# Renders the pictures of docs/presets.md from the procedural demo, every preset once.
#   scripts/preset_pictures.sh [PROGRAM]     PROGRAM: default build/bin/mosaic-temporal
# Needs ffmpeg. Frame 60 of the scene, rendered as part of the film (frames 48 to 60), since a still
# would get local contrast that a film never gets.
set -euo pipefail
cd "$(dirname "$0")/.."
program=$(realpath -- "${1:-build/bin/mosaic-temporal}")
pictures=docs/presets
work=$(mktemp -d)
trap 'rm -r -- "$work"' EXIT
export XDG_CACHE_HOME=$work/cache

"$program" demo "$work/demo" --frames 61 --quiet
mkdir -p "$pictures"
jpeg() { # FROM TO FILTER
  ffmpeg -v error -y -i "$1" -vf "$3" -frames:v 1 -q:v 4 -map_metadata -1 -fflags +bitexact \
    -flags:v +bitexact "$2"
}
ffmpeg -v error -y -i "$work/demo/scene.mp4" -vf "select=eq(n\,60)" -frames:v 1 "$work/source.png"
jpeg "$work/source.png" "$pictures/source.jpg" "scale=480:-2"
for preset in ultra natural vivid tile fast; do
  "$program" --frames "$work/demo/scene.mp4" --tiles "$work/demo/tiles" --range 48-60 \
    --preset "$preset" --grid 40x22 --tile-size 32 --flow block \
    --output "$work/$preset/%06d.png" --quiet
  frame=$(find "$work/$preset" -name '*.png' | sort | tail -n 1)
  jpeg "$frame" "$pictures/$preset.jpg" "scale=480:-2:flags=area"
  jpeg "$frame" "$pictures/$preset-detail.jpg" "crop=480:160:400:352"
done
du -cb "$pictures"/*.jpg | tail -n 1
