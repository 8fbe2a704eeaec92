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
)";

namespace {

using Cases = std::vector<VideoCase>;

std::string tagged(const std::string& matrix, const std::string& range, const std::string& tag) {
  return "F -f lavfi -i smptehdbars=s=64x48:r=25:d=0.24 -vf scale=out_color_matrix=" + matrix +
         ":out_range=" + range + ",format=yuv420p -colorspace " + tag + " -color_range " + range +
         " -c:v libx264 -qp 0 a.mkv";
}

std::string hdr(const std::string& transfer) {
  return "F -f lavfi -i smptehdbars=s=64x48:r=25:d=0.24 -vf format=yuv420p10le -color_primaries "
         "bt2020 -colorspace bt2020nc -color_trc " +
         transfer + " -c:v libx264 a.mkv";
}

void add_timing(Cases& cases) {
  cases.push_back({"constant rate", "F -f lavfi -i $(SRC) -c:v libx264 a.mp4", "a.mp4", 0, 6});
  cases.push_back(
      {"29.97", "F -f lavfi -i $(SRC 64x48 30000/1001 0.2) -c:v libx264 a.mp4", "a.mp4", 0, 6});
  cases.push_back({"variable rate",
                   "F -f lavfi -i $(SRC 64x48 25 1) -vf "
                   "\"select='lt(n,4)+not(mod(n,7))'\" -vsync vfr -c:v libx264 a.mp4",
                   "a.mp4", 0, 7});
  for (int b = 0; b <= 8; ++b) {
    cases.push_back({"b-frames " + std::to_string(b),
                     "F -f lavfi -i $(SRC 64x48 25 0.6) -c:v libx264 -x264-params b-adapt=0 -bf " +
                         std::to_string(b) + " a.mp4",
                     "a.mp4", 0, 15});
  }
  cases.push_back({"open GOP",
                   "F -f lavfi -i $(SRC 64x48 25 1) -c:v libx264 -x264-params "
                   "open-gop=1:bframes=3:b-adapt=0:keyint=8:min-keyint=8:scenecut=0 a.mkv",
                   "a.mkv", 0, 25});
  cases.push_back({"edit list",
                   "F -f lavfi -i $(SRC 64x48 25 1) -c:v libx264 -g 50 w.mp4; "
                   "F -ss 0.5 -i w.mp4 -c copy a.mp4",
                   "a.mp4", 0, 12});
  cases.push_back({"late start", "F -f lavfi -i $(SRC) -c:v libx264 -output_ts_offset 1.5 a.mkv",
                   "a.mkv", 0, 6});
  cases.push_back({"negative start",
                   "F -f lavfi -i $(SRC) -c:v mpeg4 -output_ts_offset -0.4 -avoid_negative_ts "
                   "disabled a.mkv",
                   "a.mkv", 0, 6});
  cases.push_back(
      {"one frame", "F -f lavfi -i $(SRC) -frames:v 1 -c:v libx264 a.mp4", "a.mp4", 0, 1});
  cases.push_back(
      {"two frames", "F -f lavfi -i $(SRC) -frames:v 2 -c:v libx264 a.mkv", "a.mkv", 0, 2});
}

void add_shapes(Cases& cases) {
  struct Turn {
    const char* name;
    const char* matrix;
    const char* size;
  };
  for (const Turn& turn :
       {Turn{"rotated 0", "1 0 0 1", "64x48"}, Turn{"rotated 90", "0 1 -1 0", "48x64"},
        Turn{"rotated 180", "-1 0 0 -1", "64x48"}, Turn{"rotated 270", "0 -1 1 0", "48x64"},
        Turn{"mirrored", "-1 0 0 1", "64x48"}, Turn{"upside down", "1 0 0 -1", "64x48"},
        Turn{"transposed", "0 1 1 0", "48x64"}}) {
    cases.push_back(
        {turn.name,
         std::string("F -f lavfi -i $(SRC) -c:v libx264 a.mp4; TURN a.mp4 ") + turn.matrix, "a.mp4",
         0, 6, 0, turn.size});
  }
  for (const char* size :
       {"1x67", "67x1", "2x2", "3x5", "7x7", "17x31", "66x67", "67x67", "321x181"}) {
    std::string colon(size);
    colon[colon.find('x')] = ':';
    cases.push_back(
        {std::string("size ") + size,
         "F -f lavfi -i $(SRC 64x64) -vf scale=" + colon + ",format=yuv444p -c:v ffv1 a.mkv",
         "a.mkv", 0, 6, 0, size});
  }
  cases.push_back({"size 1x1",
                   "F -f lavfi -i $(SRC) -vf scale=1:1,format=yuv444p -c:v ffv1 a.mkv",
                   "a.mkv",
                   2,
                   0,
                   0,
                   {},
                   Times::none,
                   false,
                   "1x1 pixels is too small for a grid"});
  // FFmpeg stretches 34 samples of chroma over 67 of luma; here each belongs to its pair.
  cases.push_back({"odd size in 4:2:0",
                   "F -f lavfi -i smptehdbars=s=64x48:r=25:d=0.24 -vf "
                   "scale=67:35,format=yuv420p -c:v ffv1 a.mkv",
                   "a.mkv", 0, 6, 0, "67x35", Times::as_probed, false});
  cases.push_back({"sample aspect 4:3", "F -f lavfi -i $(SRC) -vf setsar=4/3 -c:v libx264 a.mp4",
                   "a.mp4", 0, 6, 0, "64x48"});
  cases.push_back({"sample aspect 3:4", "F -f lavfi -i $(SRC) -vf setsar=3/4 -c:v libx264 a.mp4",
                   "a.mp4", 0, 6, 0, "64x48"});
  cases.push_back({"size change",
                   "F -f lavfi -i $(SRC) -c:v libx264 x.h264; "
                   "F -f lavfi -i $(SRC 96x96) -c:v libx264 y.h264; cat x.h264 y.h264 > a.h264",
                   "a.h264", 0, 12, 0, "64x48", Times::none, true, "changes to 96x96 at frame 6"});
}

void add_colors(Cases& cases) {
  struct Matrix {
    const char* name;
    const char* matrix;
    const char* tag;
  };
  for (const Matrix& m :
       {Matrix{"BT.601", "smpte170m", "smpte170m"}, Matrix{"BT.709", "bt709", "bt709"},
        Matrix{"BT.2020", "bt2020", "bt2020nc"}}) {
    for (const char* range : {"tv", "pc"}) {
      cases.push_back({std::string(m.name) + (range[0] == 't' ? " limited" : " full"),
                       tagged(m.matrix, range, m.tag),
                       "a.mkv",
                       0,
                       6,
                       0,
                       {},
                       Times::as_probed,
                       true,
                       m.name});
    }
  }
  cases.push_back({"untagged small",
                   "F -f lavfi -i smptehdbars=s=64x48:r=25:d=0.24 -vf format=yuv420p -c:v ffv1 "
                   "a.mkv",
                   "a.mkv",
                   0,
                   6,
                   0,
                   {},
                   Times::as_probed,
                   true,
                   "BT.601 (untagged: by height)"});
  cases.push_back({"untagged from 720 rows",
                   "F -f lavfi -i smptehdbars=s=96x720:r=25:d=0.08 -vf "
                   "scale=out_color_matrix=bt709,format=yuv420p -c:v ffv1 w.mkv; "
                   "F -i w.mkv -c copy a.mkv",
                   "a.mkv",
                   0,
                   2,
                   0,
                   {},
                   Times::as_probed,
                   false,
                   "BT.709 (untagged: by height)"});
  cases.push_back({"untagged matrix in full range",
                   "F -f lavfi -i smptehdbars=s=64x48:r=25:d=0.24 -vf "
                   "scale=out_range=pc,format=yuv420p -color_range pc -c:v libx264 -qp 0 a.mkv",
                   "a.mkv",
                   0,
                   6,
                   0,
                   {},
                   Times::as_probed,
                   true,
                   "BT.601 (untagged: by height) full range"});
  cases.push_back(
      {"10 bit",
       "F -f lavfi -i smptehdbars=s=64x48:r=25:d=0.24 -vf format=yuv420p10le -c:v libx264 "
       "a.mkv",
       "a.mkv", 0, 6});
  cases.push_back(
      {"4:4:4", "F -f lavfi -i $(SRC) -vf format=yuv444p -c:v libx264 a.mkv", "a.mkv", 0, 6});
  cases.push_back({"RGB", "F -f lavfi -i $(SRC) -c:v libx264rgb a.mkv", "a.mkv", 0, 6});
  cases.push_back({"grey", "F -f lavfi -i $(SRC) -vf format=gray -c:v ffv1 a.mkv", "a.mkv", 0, 6});
  // FFmpeg's conversion would not tone-map: tests/video/test_sdr.cpp holds the colours.
  cases.push_back({"HDR PQ",
                   hdr("smpte2084"),
                   "a.mkv",
                   0,
                   6,
                   0,
                   {},
                   Times::as_probed,
                   false,
                   "HDR (PQ, BT.2020, peak 1000 cd/m2); tone-mapped to SDR BT.709"});
  cases.push_back({"HDR HLG",
                   hdr("arib-std-b67"),
                   "a.mkv",
                   0,
                   6,
                   0,
                   {},
                   Times::as_probed,
                   false,
                   "HDR (HLG, BT.2020); tone-mapped to SDR BT.709"});
  for (const char* field : {"tff", "bff"}) {
    cases.push_back({std::string("interlaced ") + field,
                     "F -f lavfi -i $(SRC 64x48 50) -vf tinterlace=interleave_" +
                         std::string(field[0] == 't' ? "top" : "bottom") + ",setfield=" + field +
                         " -flags +ilme+ildct -c:v mpeg2video a.mkv",
                     "a.mkv",
                     0,
                     6,
                     0,
                     {},
                     Times::as_probed,
                     false,
                     "deinterlaced (bwdif"});
  }
}

void add_company(Cases& cases) {
  cases.push_back({"cover art",
                   "F -f lavfi -i color=blue:s=400x400 -frames:v 1 c.png; F -f lavfi -i $(SRC) -i "
                   "c.png -map 0 -map 1 -c:v:0 libx264 -c:v:1 copy -disposition:v:1 attached_pic "
                   "a.mp4",
                   "a.mp4", 0, 6, 0, "64x48"});
  cases.push_back({"two video streams",
                   "F -f lavfi -i $(SRC) -f lavfi -i $(SRC 96x64) -map 0 -map 1 -c:v libx264 a.mkv",
                   "a.mkv", 0, 6, 0, "96x64", Times::none, false, "2 video streams"});
  cases.push_back({"MJPEG", "F -f lavfi -i $(SRC 64x48 25 0.8) a.mjpeg", "a.mjpeg", 0, 20});
  cases.push_back({"animated WebP",
                   "F -f lavfi -i $(SRC) -c:v libwebp_anim a.webp",
                   "a.webp",
                   4,
                   0,
                   0,
                   {},
                   Times::none,
                   false,
                   "is an animated WebP"});
  cases.push_back({"sound and subtitles and chapters",
                   "printf '1\\n00:00:00,000 --> 00:00:00,200\\nhello\\n' > s.srt; "
                   "printf ';FFMETADATA1\\n[CHAPTER]\\nTIMEBASE=1/1000\\nSTART=0\\nEND=200\\n"
                   "title=one\\n' > m.txt; F -f lavfi -i $(SRC) -f lavfi -i sine=d=0.24 -i s.srt "
                   "-i m.txt -map 0 -map 1 -map 2 -map_metadata 3 -c:v libx264 -c:a aac -c:s srt "
                   "a.mkv",
                   "a.mkv",
                   0,
                   6,
                   0,
                   {},
                   Times::as_probed,
                   true,
                   {},
                   "out.mkv"});
  cases.push_back({"sound that begins before the picture",
                   "F -itsoffset 0.3 -f lavfi -i $(SRC) -f lavfi -i sine=d=0.6 -c:v libx264 -c:a "
                   "aac a.mkv",
                   "a.mkv", 0, 6});
  cases.push_back({"raw h264", "F -f lavfi -i $(SRC) -c:v libx264 -bf 2 a.h264", "a.h264", 0, 6, 0,
                   "64x48", Times::none});
  cases.push_back({"gif", "F -f lavfi -i $(SRC 64x48 10 0.6) a.gif", "a.gif", 0, 6});
  cases.push_back({"apng", "F -f lavfi -i $(SRC 64x48 10 0.6) -f apng a.png", "a.png", 0, 6});
  cases.push_back({"y4m", "F -f lavfi -i $(SRC) -pix_fmt yuv420p a.y4m", "a.y4m", 0, 6});
}

/// Constant-size intra frames, so that where a cut falls is arithmetic and not an encoder's whim.
void add_truncations(Cases& cases) {
  const std::string film = "F -f lavfi -i $(SRC 64x48 25 2) ";
  struct Cut {
    int percent;
    int least, most;
  };
  struct Kind {
    const char* name;
    std::string make;
    const char* from;
    const char* to;
  };
  const Kind kinds[] = {
      {"mp4", film + "-c:v mjpeg -q:v 2 -huffman default -movflags +faststart w.mp4", "w.mp4",
       "a.mp4"},
      {"mkv", film + "-c:v rawvideo -pix_fmt yuv420p w.mkv", "w.mkv", "a.mkv"},
      {"avi", film + "-c:v rawvideo -pix_fmt yuv420p w.avi", "w.avi", "a.avi"},
      {"ts", film + "-c:v mpeg2video -q:v 1 -g 1 w.ts", "w.ts", "a.ts"},
      {"y4m", film + "-pix_fmt yuv420p w.y4m", "w.y4m", "a.y4m"},
      {"mjpeg", film + "-q:v 2 -huffman default w.mjpeg", "w.mjpeg", "a.mjpeg"}};
  for (const Kind& kind : kinds) {
    for (const Cut& cut : {Cut{10, 1, 6}, Cut{50, 18, 27}, Cut{99, 44, 50}}) {
      cases.push_back(
          {std::string(kind.name) + " cut at " + std::to_string(cut.percent) + " %",
           kind.make + "; CUT " + kind.from + " " + kind.to + " " + std::to_string(cut.percent),
           kind.to,
           3,
           cut.least,
           cut.most,
           {},
           Times::none,
           true,
           kind.to});
    }
  }
  cases.push_back({"mp4 that lacks its last bytes",
                   film + "-c:v libx264 w.mp4; CUT w.mp4 a.mp4 99",
                   "a.mp4",
                   3,
                   50,
                   50,
                   {},
                   Times::none,
                   true,
                   "the file ends before"});
  for (const int percent : {10, 50}) {
    cases.push_back({"mp4 with its index last cut at " + std::to_string(percent) + " %",
                     film + "-c:v libx264 w.mp4; CUT w.mp4 a.mp4 " + std::to_string(percent),
                     "a.mp4",
                     4,
                     0,
                     0,
                     {},
                     Times::none,
                     false,
                     "is not a video"});
  }
  cases.push_back({"mp4 with a hole",
                   film + "-c:v libx264 -crf 10 -movflags +faststart a.mp4; python3 -c \"\n"
                          "d=bytearray(open('a.mp4','rb').read()); n=len(d)\n"
                          "d[n//2:n//2+400]=bytes(i*37%256 for i in range(400)); "
                          "open('a.mp4','wb').write(d)\"",
                   "a.mp4",
                   3,
                   40,
                   50,
                   {},
                   Times::none,
                   false,
                   "damaged"});
}

void add_impostors(Cases& cases) {
  const auto refused = [&](const std::string& name, const std::string& make,
                           const std::string& file, const std::string& says) {
    cases.push_back({name, make, file, 4, 0, 0, {}, Times::none, false, says});
  };
  const std::string secret = "F -f lavfi -i $(SRC) -c:v libx264 secret.ts; ";
  refused("zero bytes", ": > a.mp4", "a.mp4", "is empty");
  refused("only zeros", "head -c 100000 /dev/zero > a.mp4", "a.mp4", "is not a video");
  refused("text", "echo 'bread, butter, one film' > a.mp4", "a.mp4", "is not a video");
  refused("concat list", secret + "printf \"ffconcat version 1.0\\nfile secret.ts\\n\" > a.mp4",
          "a.mp4", "is not a video");
  refused("HLS list",
          secret +
              "printf '#EXTM3U\\n#EXT-X-TARGETDURATION:1\\n#EXTINF:0.2,\\nsecret.ts\\n"
              "#EXT-X-ENDLIST\\n' > a.mp4",
          "a.mp4", "is not a video");
  refused("SDP", "printf 'v=0\\nm=video 5004 RTP/AVP 96\\na=rtpmap:96 H264/90000\\n' > a.mp4",
          "a.mp4", "is not a video");
  refused("sound only", "F -f lavfi -i sine=d=0.2 -c:a aac a.mp4", "a.mp4", "no video stream");
  refused("a pipe's name", "mkfifo a.mp4", "a.mp4", "not a regular file");
}

}  // namespace

const std::vector<VideoCase>& video_cases() {
  static const Cases cases = [] {
    Cases all;
    add_timing(all);
    add_shapes(all);
    add_colors(all);
    add_company(all);
    add_truncations(all);
    add_impostors(all);
    return all;
  }();
  return cases;
}

}  // namespace mosaic::test
