// Time and company: when frames are shown, and what lies beside them.
#include "torture/video_cases.hpp"

namespace mosaic::test {

const char* const kMakeHelp = R"(
F() { ffmpeg -v error -nostdin -y "$@"; }
SRC() { echo "testsrc2=s=${1:-64x48}:r=${2:-25}:d=${3:-0.24}"; }
CUT() { head -c $(( $(stat -c %s "$1") * $3 / 100 )) "$1" > "$2"; }
# a b c d: the upper left of the display matrix, in the track header
TURN() { python3 - "$@" <<'PY'
import struct, sys
name, numbers = sys.argv[1], [int(n) for n in sys.argv[2:]]
data = bytearray(open(name, 'rb').read())
start = data.find(b'tkhd') + 4 + 40
for place, number in zip((0, 4, 12, 16), numbers):
    struct.pack_into('>i', data, start + place, number * 65536)
open(name, 'wb').write(data)
PY
}
# first, step: wrong bytes in the middle of every step-th packet from the first on
HIT() { python3 - "$@" <<'PY'
import subprocess, sys
first, step = int(sys.argv[1]), int(sys.argv[2])
rows = subprocess.run(['ffprobe', '-v', 'error', '-select_streams', 'v', '-show_entries',
                       'packet=pos,size', '-of', 'csv=p=0', sys.argv[3]],
                      capture_output=True, text=True, check=True).stdout.split()
data = bytearray(open(sys.argv[3], 'rb').read())
for row in rows[first::step]:
    size, pos = (int(n) for n in row.split(',')[:2])
    for at in range(pos + size // 2, pos + size // 2 + 8):
        data[at] ^= 0x55
open(sys.argv[4], 'wb').write(data)
PY
}
# that many bytes are missing in the middle
DROP() { python3 - "$@" <<'PY'
import sys
data = open(sys.argv[2], 'rb').read()
half = len(data) // 2
open(sys.argv[3], 'wb').write(data[:half] + data[half + int(sys.argv[1]):])
PY
}
)";

namespace {

void add_rates(VideoCases& cases) {
  cases.push_back({.name = "constant rate",
                   .make = "F -f lavfi -i $(SRC) -c:v libx264 a.mp4",
                   .file = "a.mp4",
                   .frames = 6});
  cases.push_back({.name = "29.97",
                   .make = "F -f lavfi -i $(SRC 64x48 30000/1001 0.2) -c:v libx264 a.mp4",
                   .file = "a.mp4",
                   .frames = 6});
  cases.push_back({.name = "variable rate",
                   .make = "F -f lavfi -i $(SRC 64x48 25 1) -vf "
                           "\"select='lt(n,4)+not(mod(n,7))'\" -vsync vfr -c:v libx264 a.mp4",
                   .file = "a.mp4",
                   .frames = 7});
  for (int b = 0; b <= 8; ++b) {
    cases.push_back(
        {.name = "b-frames " + std::to_string(b),
         .make = "F -f lavfi -i $(SRC 64x48 25 0.6) -c:v libx264 -x264-params b-adapt=0 -bf " +
                 std::to_string(b) + " a.mp4",
         .file = "a.mp4",
         .frames = 15});
  }
  cases.push_back({.name = "open GOP",
                   .make = "F -f lavfi -i $(SRC 64x48 25 1) -c:v libx264 -x264-params "
                           "open-gop=1:bframes=3:b-adapt=0:keyint=8:min-keyint=8:scenecut=0 a.mkv",
                   .file = "a.mkv",
                   .frames = 25});
  cases.push_back({.name = "one frame",
                   .make = "F -f lavfi -i $(SRC) -frames:v 1 -c:v libx264 a.mp4",
                   .file = "a.mp4",
                   .frames = 1});
  cases.push_back({.name = "two frames",
                   .make = "F -f lavfi -i $(SRC) -frames:v 2 -c:v libx264 a.mkv",
                   .file = "a.mkv",
                   .frames = 2});
}

void add_starts(VideoCases& cases) {
  cases.push_back({.name = "edit list",
                   .make = "F -f lavfi -i $(SRC 64x48 25 1) -c:v libx264 -g 50 w.mp4; "
                           "F -ss 0.5 -i w.mp4 -c copy a.mp4",
                   .file = "a.mp4",
                   .frames = 12});
  cases.push_back({.name = "late start",
                   .make = "F -f lavfi -i $(SRC) -c:v libx264 -output_ts_offset 1.5 a.mkv",
                   .file = "a.mkv",
                   .frames = 6,
                   .start_s = 1.5});
  // The muxer writes no time of its own below zero for a film that ends before it.
  cases.push_back({.name = "negative start",
                   .make = "F -f lavfi -i $(SRC 64x48 25 1) -c:v mpeg4 -bf 0 -output_ts_offset "
                           "-0.4 -avoid_negative_ts disabled a.mkv",
                   .file = "a.mkv",
                   .frames = 25,
                   .start_s = -0.4});
  // A receiver's clock of 33 bits that begins anew while it records; sound begins before.
  const std::string before_the_wrap =
      " -output_ts_offset 95443.31768888 -muxdelay 0 -muxpreload 0 a.ts";
  cases.push_back({.name = "negative start by a clock that wraps",
                   .make = "F -f lavfi -i $(SRC) -c:v mpeg2video" + before_the_wrap,
                   .file = "a.ts",
                   .frames = 6,
                   .start_s = -0.4});
  cases.push_back({.name = "negative start with sound",
                   .make = "F -f lavfi -i $(SRC 64x48 25 1) -f lavfi -i sine=d=1 -c:v mpeg2video "
                           "-c:a mp2" +
                           before_the_wrap,
                   .file = "a.ts",
                   .frames = 25,
                   .start_s = -0.4});
}

void add_company(VideoCases& cases) {
  cases.push_back({.name = "cover art",
                   .make = "F -f lavfi -i color=blue:s=400x400 -frames:v 1 c.png; F -f lavfi -i "
                           "$(SRC) -i c.png -map 0 -map 1 -c:v:0 libx264 -c:v:1 copy "
                           "-disposition:v:1 attached_pic a.mp4",
                   .file = "a.mp4",
                   .frames = 6,
                   .size = "64x48"});
  cases.push_back({.name = "two video streams",
                   .make = "F -f lavfi -i $(SRC) -f lavfi -i smptehdbars=s=96x64:r=20:d=0.3 -map 0 "
                           "-map 1 -c:v libx264 a.mkv",
                   .file = "a.mkv",
                   .frames = 6,
                   .size = "96x64",
                   .says = "2 video streams",
                   .stream = "v:1"});
  cases.push_back({.name = "two video streams, the larger first",
                   .make = "F -f lavfi -i $(SRC) -f lavfi -i smptehdbars=s=96x64:r=20:d=0.3 -map 1 "
                           "-map 0 -c:v libx264 a.mp4",
                   .file = "a.mp4",
                   .frames = 6,
                   .size = "96x64",
                   .says = "2 video streams"});
  cases.push_back({.name = "sound and subtitles and chapters",
                   .make = "printf '1\\n00:00:00,000 --> 00:00:00,200\\nhello\\n' > s.srt; "
                           "printf ';FFMETADATA1\\n[CHAPTER]\\nTIMEBASE=1/1000\\nSTART=0\\nEND=200"
                           "\\ntitle=one\\n' > m.txt; F -f lavfi -i $(SRC) -f lavfi -i "
                           "sine=d=0.24 -i s.srt -i m.txt -map 0 -map 1 -map 2 -map_metadata 3 "
                           "-c:v libx264 -c:a aac -c:s srt a.mkv",
                   .file = "a.mkv",
                   .frames = 6,
                   .output = "out.mkv"});
  cases.push_back({.name = "sound that begins before the picture",
                   .make = "F -itsoffset 0.3 -f lavfi -i $(SRC) -f lavfi -i sine=d=0.6 -c:v "
                           "libx264 -c:a aac a.mkv",
                   .file = "a.mkv",
                   .frames = 6});
}

void add_kinds(VideoCases& cases) {
  cases.push_back({.name = "MJPEG",
                   .make = "F -f lavfi -i $(SRC 64x48 25 0.8) a.mjpeg",
                   .file = "a.mjpeg",
                   .frames = 20});
  cases.push_back({.name = "animated WebP",
                   .make = "F -f lavfi -i $(SRC) -c:v libwebp_anim a.webp",
                   .file = "a.webp",
                   .exit_code = 4,
                   .times = Times::none,
                   .colors = Colors::none,
                   .says = "is an animated WebP"});
  cases.push_back({.name = "raw h264",
                   .make = "F -f lavfi -i $(SRC) -c:v libx264 -bf 2 a.h264",
                   .file = "a.h264",
                   .frames = 6,
                   .size = "64x48",
                   .times = Times::steady});
  cases.push_back({.name = "gif",
                   .make = "F -f lavfi -i $(SRC 64x48 10 0.6) a.gif",
                   .file = "a.gif",
                   .frames = 6});
  cases.push_back({.name = "apng",
                   .make = "F -f lavfi -i $(SRC 64x48 10 0.6) -f apng a.png",
                   .file = "a.png",
                   .frames = 6});
  cases.push_back({.name = "y4m",
                   .make = "F -f lavfi -i $(SRC) -pix_fmt yuv420p a.y4m",
                   .file = "a.y4m",
                   .frames = 6,
                   .start_s = 0.0});
  // More than the 64 KiB that a pipe holds.
  cases.push_back({.name = "y4m on a pipe",
                   .make = "F -f lavfi -i $(SRC 96x96 30000/1001 1) -pix_fmt yuv420p a.y4m",
                   .file = "a.y4m",
                   .frames = 30,
                   .size = "96x96",
                   .start_s = 0.0,
                   .piped = true});
  cases.push_back({.name = "Matroska on a pipe",
                   .make = "F -f lavfi -i $(SRC 64x48 25 1) -c:v libx264 -bf 3 a.mkv",
                   .file = "a.mkv",
                   .frames = 25,
                   .start_s = 0.0,
                   .piped = true});
}

}  // namespace

const VideoCases& video_cases() {
  static const VideoCases cases = [] {
    VideoCases all;
    add_rates(all);
    add_starts(all);
    add_pictures(all);
    add_company(all);
    add_kinds(all);
    add_damage(all);
    return all;
  }();
  return cases;
}

}  // namespace mosaic::test
