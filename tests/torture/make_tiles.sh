#!/usr/bin/env bash
# Makes the pool of tests/torture/test_torture_tiles.cpp in ./pool by ImageMagick, FFmpeg and Python,
# none of which the program under test links.
set -euo pipefail
mkdir pool
cd pool
plain() { convert -size 40x40 "xc:rgb(200,100,40)" "$@"; }
half_of() { head -c $(($(stat -c %s "$1") / 2)) "$1"; }

plain -quality 95 plain.jpg
plain -quality 95 -interlace Plane progressive.jpg
plain -quality 95 -colorspace CMYK cmyk.jpg
plain -colorspace Gray -quality 95 grey.jpg
plain -depth 16 PNG48:deep.png
plain -type Palette PNG8:palette.png
plain -depth 16 deep.tif
convert -size 40x40 "xc:rgba(200,100,40,0.25)" PNG32:quarter.png
convert -size 40x40 "xc:rgba(200,100,40,0)" PNG32:clear.png
plain png:wrong-ending.jpg
plain jpg:no-ending
convert -size 40x40 -delay 10 "xc:rgb(200,100,40)" xc:black xc:white animated.gif
ffmpeg -v error -nostdin -y -f lavfi -i color=0xC86428:s=40x40:r=5:d=0.6,format=bgra \
  -c:v libwebp_anim -lossless 1 animated.webp
convert -size 200x200 plasma:fractal -quality 95 ../whole.jpg
convert -size 200x200 plasma:fractal -depth 8 PNG24:../whole.png
for kind in gif tif webp; do convert ../whole.png "../whole.$kind"; done
for kind in jpg png gif tif webp; do half_of "../whole.$kind" >"cut.$kind"; done
: >empty.jpg
echo 'not a picture at all' >text.jpg
mkfifo fifo.jpg
ln -s loop.jpg loop.jpg
ln -s nowhere.jpg dangling.jpg
plain ../outside.png
ln -s ../outside.png out.png
echo fork >._plain.jpg
plain ._x.jpg
mkdir folder.jpg

python3 - <<'PY'
import socket
import struct
import zlib


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def bomb(name, side):
    """A whole PNG of side x side 1-bit pixels, in a file of some hundred kB."""
    pack = zlib.compressobj(1)
    rows = bytes(1 + (side + 7) // 8) * 1000
    data = b"".join(pack.compress(rows) for _ in range(side // 1000)) + pack.flush()
    header = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    with open(name, "wb") as file:
        file.write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", data))
        file.write(chunk(b"IEND", b""))


bomb("bomb30k.png", 30000)
bomb("bomb50k.png", 50000)
jpeg = bytearray(open("plain.jpg", "rb").read())
struct.pack_into(">HH", jpeg, jpeg.find(b"\xff\xc0") + 5, 65500, 65500)
open("bomb65k.jpg", "wb").write(jpeg)
socket.socket(socket.AF_UNIX).bind("socket.jpg")

plain = open("palette.png", "rb").read()
for name in (b"new\nline.png", b"bad\xff\xfeutf8.png", "\U0001F431.png".encode(), b"-rf.png",
             b"%d[1]*.png", b"#'\"<img src=x>.png"):
    open(name, "wb").write(plain)


def fixed(value):
    return struct.pack(">i", round(value * 65536))


def xyz(x, y, z):
    return b"XYZ \0\0\0\0" + fixed(x) + fixed(y) + fixed(z)


def matrix_profile(name, red, green, blue, gamma):
    """A display profile of three primaries (XYZ of D50) and one gamma, ICC.1:2001-04."""
    curve = b"curv\0\0\0\0" + struct.pack(">IH", 1, round(gamma * 256)) + b"\0\0"
    write_profile(name, b"mntrRGB XYZ ",
                  [(b"wtpt", xyz(0.9642, 1.0, 0.8249)), (b"rXYZ", xyz(*red)),
                   (b"gXYZ", xyz(*green)), (b"bXYZ", xyz(*blue)), (b"rTRC", curve),
                   (b"gTRC", curve), (b"bTRC", curve)])


def write_profile(name, kind, tags):
    """`kind` is device class, colour space and connection space, four letters each."""
    text = b"desc\0\0\0\0" + struct.pack(">I", 2) + b"A\0" + bytes(78)
    tags = [(b"desc", text), (b"cprt", b"text\0\0\0\0A\0\0\0")] + tags
    body, table, at = b"", struct.pack(">I", len(tags)), 128 + 4 + 12 * len(tags)
    for tag, data in tags:
        data += bytes(-len(data) % 4)
        table += tag + struct.pack(">II", at + len(body), len(data))
        body += data
    head = struct.pack(">I", at + len(body)) + bytes(4) + bytes.fromhex("02100000")
    head += kind + bytes(12) + b"acsp" + bytes(28)
    head += fixed(0.9642) + fixed(1.0) + fixed(0.8249)
    with open(name, "wb") as file:
        file.write(head + bytes(128 - len(head)) + table + body)


def lab_of(rgb):
    """CIE L*a*b* of D50, by sRGB's matrix adapted after Bradford (IEC 61966-2-1, ICC.1 annex E)."""
    r, g, b = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4
               for c in (v / 255 for v in rgb))
    white = (0.9642, 1.0, 0.8249)
    rows = ((0.4360747, 0.3850649, 0.1430804), (0.2225045, 0.7168786, 0.0606169),
            (0.0139322, 0.0971045, 0.7141733))
    x, y, z = ((row[0] * r + row[1] * g + row[2] * b) / w for row, w in zip(rows, white))
    f = [t ** (1 / 3) if t > 216 / 24389 else (24389 / 27 * t + 16) / 116 for t in (x, y, z)]
    return 116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])


def ink_profile(name, shown):
    """A printer's profile of four strange inks: `shown` has the colours of full ones, (c, m, y, k)
    of 0 and 1; more ink of other kinds is black. Lut16 of ICC.1:2001-04, 6.5.9."""
    table = b""
    for i in range(16):
        light, a, b = lab_of(shown.get(tuple(i >> 3 - k & 1 for k in range(4)), (0, 0, 0)))
        table += struct.pack(">HHH", round(light * 652.8), round((a + 128) * 256),
                             round((b + 128) * 256))
    lut = b"mft2\0\0\0\0" + bytes((4, 3, 2, 0))
    lut += b"".join(fixed(v) for v in (1, 0, 0, 0, 1, 0, 0, 0, 1)) + struct.pack(">HH", 2, 2)
    lut += struct.pack(">HH", 0, 65535) * 4 + table + struct.pack(">HH", 0, 65535) * 3
    tags = [(intent, lut) for intent in (b"A2B0", b"A2B1", b"A2B2")]
    write_profile(name, b"prtrCMYKLab ", tags + [(b"wtpt", xyz(0.9642, 1.0, 0.8249))])


matrix_profile("../adobe.icc", (0.60974, 0.31111, 0.01947), (0.20528, 0.62567, 0.06087),
               (0.14919, 0.06322, 0.74457), 2.19921875)
matrix_profile("../p3.icc", (0.51512, 0.24120, -0.00105), (0.29198, 0.69225, 0.04189),
               (0.15710, 0.06657, 0.78407), 2.2)
ink_profile("../inks.icc", {(0, 0, 0, 0): (255, 255, 255), (0, 1, 1, 0): (200, 100, 40)})
PY
convert -size 40x40 "xc:rgb(120,150,90)" -profile ../adobe.icc adobe.png
convert -size 40x40 "xc:rgb(120,150,90)" -profile ../p3.icc p3.png
# Plain red where nobody looks at the inks.
convert -size 40x40 "xc:cmyk(0,255,255,0)" -quality 100 -profile ../inks.icc inks.jpg
