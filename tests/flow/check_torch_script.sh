#!/usr/bin/env bash
# scripts/torch.sh with wheels made here instead of downloads: what it keeps, what it says when it goes without,
# and that CMake takes what it left.
set -euo pipefail
source=$(realpath "$1")
script=$source/scripts/torch.sh
/usr/bin/python3 -m pip --version >/dev/null 2>&1 || { echo "the distribution's Python has no pip"; exit 77; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/wheels"
cache="$work/a cache"
folder="$cache/mosaic-temporal/torch"

run() { # WANTED_STATUS [VARIABLE=VALUE]...
  local wanted=$1 status=0
  shift
  env -u MOSAIC_TORCH_WHEEL XDG_CACHE_HOME="$cache" PIP_NO_INDEX=1 PIP_FIND_LINKS="$work/wheels" "$@" \
    bash "$script" >"$work/log" 2>&1 || status=$?
  [ "$status" = "$wanted" ] || { cat "$work/log"; echo "status $status, not $wanted: $*"; exit 1; }
}
fail() { cat "$work/log"; echo "$1"; exit 1; }
has() { grep -q -e "$1" "$work/log" || fail "nothing says: $1"; }
wheel() { # LIBRARY: a wheel with it as libtorch_cpu.so
  /usr/bin/python3 - "$work/wheels/torch-2.11.0+cpu-py3-none-any.whl" "$1" <<'END'
import sys, zipfile
with zipfile.ZipFile(sys.argv[1], "w") as wheel:
    wheel.write(sys.argv[2], "torch/lib/libtorch_cpu.so")
    for name in ("lib/libc10.so", "lib/libgomp.so.1", "lib/libtorch_cuda.so", "lib/libtorch_python.so",
                 "include/torch/script.h", "nn/functional.py", "bin/ptxas"):
        wheel.writestr("torch/" + name, "")
    info = "torch-2.11.0+cpu.dist-info/"
    wheel.writestr(info + "licenses/LICENSE", "a licence")
    wheel.writestr(info + "METADATA", "Metadata-Version: 2.1\nName: torch\nVersion: 2.11.0+cpu\n")
    wheel.writestr(info + "WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: false\nTag: py3-none-any\n")
    wheel.writestr(info + "RECORD", "")
END
}
finds() { # WANTED [ARGUMENT]...: what CMake makes of the folder where there is no other LibTorch
  local wanted=$1
  shift
  rm -rf "$work/build"
  XDG_CACHE_HOME="$cache" cmake -G Ninja -S "$work/project" -B "$work/build" -DCMAKE_DISABLE_FIND_PACKAGE_Torch=ON "$@" \
    >"$work/log" 2>&1 || true
  has "$wanted"
}
mkdir "$work/project"
cat >"$work/project/CMakeLists.txt" <<END
cmake_minimum_required(VERSION 3.25)
project(finds_torch NONE)
set(CMAKE_MODULE_PATH "$source/cmake")
set(MOSAIC_TORCH AUTO CACHE STRING "")
include(MosaicTorch)
message(STATUS "found: \${Torch_FOUND} \${Torch_VERSION} \${TORCH_LIBRARIES}")
END

run 0 MOSAIC_TORCH_WHEEL=off
has 'MOSAIC_TORCH_WHEEL=off'
run 2 MOSAIC_TORCH_WHEEL=cuda
has "'cuda'"
run 0 # no wheel
has 'about 190 MB'
has 'going on without LibTorch.*torch==2.11.0+cpu.*MOSAIC_TORCH_WHEEL=pypi'
[ -z "$(ls "$cache/mosaic-temporal")" ] || fail "something is left behind"
finds 'found: FALSE'
finds 'MOSAIC_TORCH is ON, but Torch is not found' -DMOSAIC_TORCH=ON

echo 'no library' >"$work/broken.so"
wheel "$work/broken.so"
run 0
has 'going on without LibTorch.*libtorch_cpu.so'
[ -z "$(ls "$cache/mosaic-temporal")" ] || fail "something is left behind"

# Any library of the system that loads.
wheel "$(ldconfig -p | sed -n 's/.*libz\.so\.1 (.*x86-64.*=> //p' | head -n 1)"
run 0
[ "$(wc -l <"$work/log")" = 1 ] || fail "more than a line"
[ "$(cd "$folder" && find . -type f | sort | tr '\n' ' ')" = \
  "./torch-2.11.0+cpu.dist-info/licenses/LICENSE ./torch/include/torch/script.h ./torch/lib/libc10.so \
./torch/lib/libgomp.so.1 ./torch/lib/libtorch_cpu.so ./version " ] || { find "$folder"; fail "kept other files"; }
[ "$(ls "$cache/mosaic-temporal")" = torch ] || fail "something is left behind"
finds "found: TRUE 2.11.0 $folder/torch/lib/libtorch_cpu.so;$folder/torch/lib/libc10.so"
finds 'found: TRUE' -DMOSAIC_TORCH=ON
finds 'found: FALSE' -DMOSAIC_TORCH=OFF
finds 'found: FALSE' -DMOSAIC_TORCH_DIR=

rm "$work/wheels"/*
run 0 # is there
[ ! -s "$work/log" ] || fail "says something"
# Another version stays where the new one cannot be had.
echo 2.10.0 >"$folder/version"
run 0
has 'going on with LibTorch 2.10.0'
finds 'found: TRUE 2.10.0'
