// Shapes and colours.
#include "torture/video_cases.hpp"

namespace mosaic::test {
namespace {

const std::string kBars = "F -f lavfi -i smptehdbars=s=64x48:r=25:d=0.24 ";
// From FFmpeg 6 on its sources of bars say which matrix they are in.
const std::string kUntagged =
    "setparams=colorspace=unknown:color_primaries=unknown:color_trc=unknown";

void add_turns(VideoCases& cases) {
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
        {.name = turn.name,
         .make = std::string("F -f lavfi -i $(SRC) -c:v libx264 a.mp4; TURN a.mp4 ") + turn.matrix,
         .file = "a.mp4",
         .frames = 6,
         .size = turn.size});
  }
}

void add_sizes(VideoCases& cases) {
  for (const char* size : {"1x7", "7x1", "1x67", "67x1", "2x2", "3x2", "3x5", "7x7", "17x31",
                           "33x67", "66x67", "67x67", "321x181"}) {
    std::string colon(size);
    colon[colon.find('x')] = ':';
    cases.push_back({.name = std::string("size ") + size,
                     .make = "F -f lavfi -i $(SRC 64x64) -vf scale=" + colon +
                             ",format=yuv444p -c:v ffv1 a.mkv",
                     .file = "a.mkv",
                     .frames = 6,
                     .size = size});
    // FFmpeg stretches 34 samples of chroma over 67 of luma; here each belongs to its pair, so
    // planes are doubled by themselves.
    const std::string doubled =
        "scale=iw*2:ih*2:flags=neighbor:in_range=tv:out_range=tv,crop=" + colon + ":0:0";
    cases.push_back({.name = std::string("size ") + size + " in 4:2:0",
                     .make = "F -f lavfi -i $(SRC 64x64) -vf scale=" + colon +
                             ",format=yuv420p -c:v ffv1 a.mkv",
                     .file = "a.mkv",
                     .frames = 6,
                     .size = size,
                     .before = "extractplanes=y+u+v[y][u][v];[u]" + doubled + "[uu];[v]" + doubled +
                               "[vv];[y][uu][vv]mergeplanes=0x001020:yuv444p,"});
  }
  for (const char* format : {"yuv444p", "yuv420p"}) {
    cases.push_back({.name = std::string("size 1x1 in ") + format,
                     .make = std::string("F -f lavfi -i $(SRC) -vf scale=1:1,format=") + format +
                             " -c:v ffv1 a.mkv",
                     .file = "a.mkv",
                     .exit_code = 2,
                     .times = Times::none,
                     .colors = Colors::none,
                     .says = "1x1 pixels is too small for a grid"});
  }
  for (const char* aspect : {"4/3", "3/4"}) {
    cases.push_back(
        {.name = std::string("sample aspect ") + aspect,
         .make = std::string("F -f lavfi -i $(SRC) -vf setsar=") + aspect + " -c:v libx264 a.mp4",
         .file = "a.mp4",
         .frames = 6,
         .size = "64x48"});
  }
  cases.push_back({.name = "size change",
                   .make = "F -f lavfi -i $(SRC) -c:v libx264 x.h264; F -f lavfi -i $(SRC 96x96) "
                           "-c:v libx264 y.h264; cat x.h264 y.h264 > a.h264",
                   .file = "a.h264",
                   .frames = 12,
                   .size = "64x48",
                   .times = Times::steady,
                   .says = "changes to 96x96 at frame 6"});
}

void add_matrices(VideoCases& cases) {
  struct Matrix {
    const char* name;
    const char* matrix;
    const char* tag;
  };
  for (const Matrix& m :
       {Matrix{"BT.601", "smpte170m", "smpte170m"}, Matrix{"BT.709", "bt709", "bt709"},
        Matrix{"BT.2020", "bt2020", "bt2020nc"}}) {
    for (const std::string range : {"tv", "pc"}) {
      cases.push_back({.name = std::string(m.name) + (range == "tv" ? " limited" : " full"),
                       .make = kBars + "-vf scale=out_color_matrix=" + m.matrix +
                               ":out_range=" + range + ",format=yuv420p -colorspace " + m.tag +
                               " -color_range " + range + " -c:v libx264 -qp 0 a.mkv",
                       .file = "a.mkv",
                       .frames = 6,
                       .says = std::string(m.name) + (range == "tv" ? " limited" : " full")});
    }
  }
  cases.push_back({.name = "untagged small",
                   .make = kBars + "-vf format=yuv420p," + kUntagged + " -c:v ffv1 a.mkv",
                   .file = "a.mkv",
                   .frames = 6,
                   .says = "BT.601 (untagged: by height)"});
  // FFmpeg itself takes every untagged film for BT.601, so it is told.
  cases.push_back({.name = "untagged from 720 rows",
                   .make = "F -f lavfi -i smptehdbars=s=96x720:r=25:d=0.08 -vf "
                           "scale=out_color_matrix=bt709,format=yuv420p," +
                           kUntagged + " -c:v ffv1 w.mkv; F -i w.mkv -c copy a.mkv",
                   .file = "a.mkv",
                   .frames = 2,
                   .before = "setparams=colorspace=bt709,",
                   .says = "BT.709 (untagged: by height)"});
  cases.push_back({.name = "untagged matrix in full range",
                   .make = kBars + "-vf scale=out_range=pc,format=yuv420p," + kUntagged +
                           " -color_range pc -c:v libx264 -qp 0 a.mkv",
                   .file = "a.mkv",
                   .frames = 6,
                   .says = "BT.601 (untagged: by height) full range"});
  cases.push_back({.name = "untagged range of a known matrix",
                   .make = kBars + "-vf format=yuv420p -colorspace smpte170m -c:v ffv1 a.mkv",
                   .file = "a.mkv",
                   .frames = 6,
                   .says = "BT.601 limited range (untagged)"});
}

void add_samples(VideoCases& cases) {
  cases.push_back({.name = "10 bit",
                   .make = kBars + "-vf format=yuv420p10le -c:v libx264 a.mkv",
                   .file = "a.mkv",
                   .frames = 6});
  cases.push_back({.name = "4:4:4",
                   .make = "F -f lavfi -i $(SRC) -vf format=yuv444p -c:v libx264 a.mkv",
                   .file = "a.mkv",
                   .frames = 6});
  cases.push_back({.name = "RGB",
                   .make = "F -f lavfi -i $(SRC) -c:v libx264rgb a.mkv",
                   .file = "a.mkv",
                   .frames = 6});
  cases.push_back({.name = "grey",
                   .make = "F -f lavfi -i $(SRC) -vf format=gray -c:v ffv1 a.mkv",
                   .file = "a.mkv",
                   .frames = 6});
  for (const std::string field : {"tff", "bff"}) {
    cases.push_back({.name = "interlaced " + field,
                     .make = "F -f lavfi -i $(SRC 64x48 50) -vf tinterlace=interleave_" +
                             std::string(field == "tff" ? "top" : "bottom") + ",setfield=" + field +
                             " -flags +ilme+ildct -c:v mpeg2video a.mkv",
                     .file = "a.mkv",
                     .frames = 6,
                     .before = "bwdif=mode=send_frame:parity=auto:deint=interlaced,",
                     .says = "deinterlaced (bwdif"});
  }
}

void add_hdr(VideoCases& cases) {
  struct Hdr {
    const char* name;
    const char* transfer;
    const char* says;
  };
  for (const Hdr& hdr : {Hdr{"HDR PQ", "smpte2084", "HDR (PQ, BT.2020, peak 1000 cd/m2)"},
                         Hdr{"HDR HLG", "arib-std-b67", "HDR (HLG, BT.2020)"}}) {
    cases.push_back(
        {.name = hdr.name,
         .make = kBars +
                 "-vf format=yuv420p10le -color_primaries bt2020 -colorspace bt2020nc -color_trc " +
                 hdr.transfer + " -c:v libx264 a.mkv",
         .file = "a.mkv",
         .frames = 6,
         .colors = Colors::tone_mapped,
         .says = std::string(hdr.says) + "; tone-mapped to SDR BT.709"});
  }
}

}  // namespace

void add_pictures(VideoCases& cases) {
  add_turns(cases);
  add_sizes(cases);
  add_matrices(cases);
  add_samples(cases);
  add_hdr(cases);
}

}  // namespace mosaic::test
