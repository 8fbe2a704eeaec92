#!/bin/sh
# The card's instructions for SSIM divide, multiply and add in fp64, and never fuse two of them; no
# other kernel has any floating point.
#   check_ptx.sh FILE.ptx ...
set -eu
seen_ssim=no
for file in "$@"; do
  grep -qE '\.entry' "$file" || [ "$(basename "$file")" = packed_features.ptx ] ||
    { echo "no kernel in $file"; exit 1; }
  if [ "$(basename "$file")" = ssim.ptx ]; then
    seen_ssim=yes
    grep -q 'div\.rn\.f64' "$file" || { echo "no fp64 division in $file: is it the right file?"; exit 1; }
    if grep -nE '(fma|mad)\.[a-z.]*f(32|64)' "$file"; then
      echo "a multiplication and an addition were fused in $file"
      exit 1
    fi
    # Without a rounding mode ptxas may fuse them still.
    if grep -nE '(mul|add|sub)\.f(32|64)' "$file"; then
      echo "a multiplication or an addition without a rounding mode in $file"
      exit 1
    fi
  elif grep -nE '^[^/]*\.(f16|f16x2|bf16|f32|f64)[^a-z0-9]' "$file"; then
    echo "floating point in $file"
    exit 1
  fi
done
[ $seen_ssim = yes ] || { echo "ssim.ptx is not among the files"; exit 1; }
