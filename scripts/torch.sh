#!/usr/bin/env bash
# Puts LibTorch out of a wheel of torch into a folder of its own, in which CMake looks for it
# (cmake/MosaicTorch.cmake): for --flow raft where the distribution has no LibTorch. Run by setup.sh. A download
# that fails is a line and no error, as everything works without it and with --flow block.
#   MOSAIC_TORCH_WHEEL=cpu    (when not set) the CPU wheel of PyTorch's own index
#   MOSAIC_TORCH_WHEEL=pypi   PyPI's wheel, of which the CPU part is kept: larger, as CUDA is in it
#   MOSAIC_TORCH_WHEEL=off    nothing is fetched
set -euo pipefail

# One version, so that every machine computes with the same.
version=2.11.0
folder=${XDG_CACHE_HOME:-$HOME/.cache}/mosaic-temporal/torch
kind=${MOSAIC_TORCH_WHEEL:-cpu}
case $kind in
  # PyPI has no versions with a +, so +cpu can only come from PyTorch's index or from one that the user gave to pip.
  cpu) size=190 wheels=("torch==$version+cpu" --extra-index-url https://download.pytorch.org/whl/cpu) ;;
  # Its libtorch_cpu.so is linked with these two of CUDA, whether there is a card or not.
  pypi) size=545 wheels=("torch==$version" 'nvidia-cuda-runtime==13.0.*' 'nvidia-cuda-cupti==13.0.*') ;;
  off)
    echo "setup: going on without LibTorch: films need --flow block (MOSAIC_TORCH_WHEEL=off)"
    exit 0
    ;;
  *)
    echo "setup: MOSAIC_TORCH_WHEEL is '$kind'; cpu, pypi and off are known" >&2
    exit 2
    ;;
esac
if [ "$(cat "$folder/version" 2>/dev/null)" = "$version" ]; then exit 0; fi

echo "setup: this distribution has no LibTorch; fetching the wheel of torch $version, about $size MB, into" \
  "$folder (MOSAIC_TORCH_WHEEL=off goes without; films then need --flow block)"
go_without() {
  if [ -e "$folder/version" ]; then
    echo "setup: going on with LibTorch $(cat "$folder/version"): $1; see docs/flow.md"
    exit 0
  fi
  echo "setup: going on without LibTorch, so films need --flow block: $1; see docs/flow.md"
  exit 0
}
work=
mkdir -p "$(dirname "$folder")" && work=$(mktemp -d "$folder.XXXXXX") ||
  go_without "$(dirname "$folder") cannot be written"
trap 'rm -rf "$work"' EXIT

# The distribution's Python, for which setup.sh has installed pip; the one first in PATH may have none. The
# download's own temporary files go where there is room for the wheel: /tmp may be in memory.
python=/usr/bin/python3
if ! TMPDIR=$work $python -m pip download --quiet --disable-pip-version-check --no-cache-dir --no-deps \
  --only-binary :all: --retries 1 --timeout 20 --dest "$work/wheels" "${wheels[@]}" >"$work/log" 2>&1; then
  # An index that cannot be reached shows as one without the version.
  if [ "$kind" = cpu ] && grep -q 'Could not find a version' "$work/log"; then
    go_without "pip cannot get ${wheels[0]} from ${wheels[2]} (MOSAIC_TORCH_WHEEL=pypi takes PyPI's, 545 MB)"
  fi
  go_without "$(grep -m 1 -E '^ERROR|No module|No such file' "$work/log" || tail -n 1 "$work/log")"
fi

# What a C++ program needs of the CPU part; the rest, Python's modules and CUDA's, is several times as much.
$python - "$work" 2>"$work/log" <<'END' || go_without "$(tail -n 1 "$work/log")"
import ctypes, os, re, sys, zipfile

work = sys.argv[1]
wanted = re.compile(r"torch/(lib/lib[^/]*\.so[^/]*|include/.*)|torch\.libs/.*"
                    r"|nvidia/.*/lib(cudart|cupti)\.so[^/]*|[^/]*\.dist-info/(.*/)?(LICENSE|NOTICE)[^/]*")
other_parts = re.compile(r"torch/lib/lib[^/]*(cuda|python|nvshmem|nvrtc|shm)[^/]*")
for name in sorted(os.listdir(work + "/wheels")):
    with zipfile.ZipFile(work + "/wheels/" + name) as wheel:
        for member in wheel.namelist():
            if wanted.fullmatch(member) and not other_parts.fullmatch(member):
                wheel.extract(member, work + "/unpacked")
ctypes.CDLL(work + "/unpacked/torch/lib/libtorch_cpu.so")
END
echo "$version" >"$work/unpacked/version"
# What is moved in has a version, so a folder with one is whole. Another set-up may do the same meanwhile.
if [ -e "$folder" ]; then mv -T "$folder" "$work/before" 2>/dev/null || true; fi
mv -T "$work/unpacked" "$folder" 2>/dev/null || go_without "$folder is being made by another set-up"
