#!/bin/sh
# The card's instructions for SSIM divide, multiply and add in fp64, and never fuse two of them.
set -eu
grep -q 'div\.rn\.f64' "$1" || { echo "no fp64 division in $1: is it the right file?"; exit 1; }
if grep -nE '(fma|mad)\.[a-z.]*f(32|64)' "$1"; then
  echo "a multiplication and an addition were fused"
  exit 1
fi
