#!/usr/bin/env bash
# Builds the Debian package and, as root, proves it on a clean system: installed in a fresh chroot
# (debootstrap) it runs the demo from an empty environment and leaves nothing when removed.
#   scripts/package.sh            build it, print its path
#   scripts/package.sh --verify   build and prove it (root, network for debootstrap)
# MOSAIC_CHROOT=DIR copies a fresh system from DIR instead of fetching one.
# --flow raft is in it where the distribution has LibTorch: a package cannot depend on a wheel in somebody's home.
# MOSAIC_TORCH=OFF leaves it out, as LibTorch needs 500 MB; all presets but fast then need --flow block.
set -euo pipefail
cd "$(dirname "$0")/.."
build=${MOSAIC_PACKAGE_BUILD:-build-package}
cmake -S . -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=Release -DMOSAIC_TESTS=OFF \
  -DMOSAIC_TORCH="${MOSAIC_TORCH:-AUTO}" -DMOSAIC_TORCH_DIR= >/dev/null
cmake --build "$build" -j"${JOBS:-$(nproc)}"
(cd "$build" && cpack -G DEB >/dev/null)
package=$(ls -t "$build"/mosaic-temporal_*.deb | head -1)
echo "$package"
[ "${1:-}" = --verify ] || exit 0

[ "$(id -u)" = 0 ] || { echo "error: --verify needs root, for chroot" >&2; exit 1; }
root=$(mktemp -d)
clean_up() { umount "$root/proc" 2>/dev/null || true; rm -rf --one-file-system "$root"; }
trap clean_up EXIT
if [ -n "${MOSAIC_CHROOT:-}" ]; then
  cp -a "$MOSAIC_CHROOT/." "$root"
else
  codename=$(. /etc/os-release && echo "$VERSION_CODENAME")
  debootstrap --variant=minbase "$codename" "$root" ${DEBIAN_MIRROR:-} >"$root.log" 2>&1 ||
    { tail -5 "$root.log" >&2; exit 1; }
  rm -f "$root.log"
fi
mount -t proc proc "$root/proc"
inside() { env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin DEBIAN_FRONTEND=noninteractive chroot "$root" "$@"; }
cp "$package" "$root/package.deb"
inside apt-get update -qq
inside apt-get install -qq -y --no-install-recommends /package.deb >/dev/null
for file in bin/mosaic-temporal share/man/man1/mosaic-temporal.1 share/mosaic-temporal/raft_small.pt \
  share/bash-completion/completions/mosaic-temporal; do
  [ -s "$root/usr/$file" ] || [ -s "$root/usr/$file.gz" ] || { echo "error: /usr/$file is missing" >&2; exit 1; }
done
inside mosaic-temporal doctor
inside mosaic-temporal demo /demo --tiles 60 --frames 5 --size 160x90 --quiet
flow=raft
[ -e "$root/usr/lib/mosaic-temporal/libmosaic_torch.so" ] || flow=block
inside mosaic-temporal -i /demo/scene.mp4 -t /demo/tiles -o /demo/mosaic.mp4 --flow "$flow" --quiet
[ -s "$root/demo/mosaic.mp4" ] || { echo "error: no mosaic" >&2; exit 1; }
inside md5sum /demo/mosaic.mp4
inside apt-get purge -qq -y mosaic-temporal >/dev/null
left=$(find "$root/usr" "$root/etc" "$root/var/lib/dpkg/info" -name '*mosaic*')
[ -z "$left" ] || { echo "error: left behind: $left" >&2; exit 1; }
echo "installed, ran, removed without a trace: $package"
