// Films that are cut or torn, and files that are none.
#include "torture/video_cases.hpp"

namespace mosaic::test {
namespace {

const std::string kFilm = "F -f lavfi -i $(SRC 64x48 25 2) ";

/// Constant-size intra frames, so that where a cut falls is arithmetic and not an encoder's whim.
void add_cuts(VideoCases& cases) {
  struct Cut {
    int percent;
    int least, most;
  };
  struct Kind {
    const char* name;  ///< the ending too
    const char* encode;
  };
  for (const Kind& kind :
       {Kind{"mp4", "-c:v mjpeg -q:v 2 -huffman default -movflags +faststart"},
        Kind{"mkv", "-c:v rawvideo -pix_fmt yuv420p"},
        Kind{"avi", "-c:v rawvideo -pix_fmt yuv420p"},
        Kind{"nut", "-c:v rawvideo -pix_fmt yuv420p"}, Kind{"mxf", "-c:v mpeg2video -q:v 1 -g 1"},
        Kind{"ts", "-c:v mpeg2video -q:v 1 -g 1"}, Kind{"y4m", "-pix_fmt yuv420p"},
        Kind{"mjpeg", "-q:v 2 -huffman default"}}) {
    const std::string name = kind.name;
    for (const Cut& cut : {Cut{10, 1, 6}, Cut{50, 18, 27}, Cut{99, 44, 50}}) {
      const std::string percent = std::to_string(cut.percent);
      cases.push_back({.name = name + " cut at " + percent + " %",
                       .make = kFilm + kind.encode + " w." + name + "; CUT w." + name + " a." +
                               name + " " + percent,
                       .file = "a." + name,
                       .exit_code = 3,
                       .frames = cut.least,
                       .frames_most = cut.most,
                       .says = "a." + name});
    }
  }
}

void add_other_cuts(VideoCases& cases) {
  const auto refused = [&](const std::string& name, const std::string& encode,
                           const std::string& file, int percent, const std::string& says) {
    cases.push_back({.name = name + " cut at " + std::to_string(percent) + " %",
                     .make = kFilm + encode + " w" + file + "; CUT w" + file + " a" + file + " " +
                             std::to_string(percent),
                     .file = "a" + file,
                     .exit_code = 4,
                     .times = Times::none,
                     .colors = Colors::none,
                     .says = says});
  };
  refused("mp4 with its index last", "-c:v libx264", ".mp4", 10, "is not a video");
  refused("mp4 with its index last", "-c:v libx264", ".mp4", 50, "is not a video");
  cases.push_back({.name = "mp4 that lacks its last bytes",
                   .make = kFilm + "-c:v libx264 w.mp4; CUT w.mp4 a.mp4 99",
                   .file = "a.mp4",
                   .exit_code = 3,
                   .frames = 50,
                   .says = "the file ends before"});
  cases.push_back({.name = "mp4 with a hole",
                   .make = kFilm +
                           "-c:v libx264 -crf 10 -movflags +faststart a.mp4; python3 -c \"\n"
                           "d=bytearray(open('a.mp4','rb').read()); n=len(d)\n"
                           "d[n*3//4:n*3//4+400]=bytes(i*37%256 for i in range(400)); "
                           "open('a.mp4','wb').write(d)\"",
                   .file = "a.mp4",
                   .exit_code = 3,
                   .frames = 40,
                   .frames_most = 50,
                   .says = "damaged"});
}

/// Bytes that are wrong inside, of which FFmpeg tells in its log alone.
void add_torn(VideoCases& cases) {
  const auto torn = [&](const std::string& name, const std::string& encoder,
                        const std::string& options, const std::string& ending,
                        const std::string& change, int frames) {
    const std::string encode = kFilm + "-c:v " + encoder + " " + options + " w" + ending + "; ";
    cases.push_back({.name = name + " that is whole",
                     .make = encode,
                     .file = "w" + ending,
                     .frames = frames,
                     .frames_most = 50,
                     .needs = encoder});
    cases.push_back({.name = name + " with wrong bytes",
                     .make = encode + change + " w" + ending + " a" + ending,
                     .file = "a" + ending,
                     .exit_code = 3,
                     .frames = frames - 15,
                     .frames_most = 50,
                     .says = "damaged",
                     .needs = encoder});
  };
  torn("ffv1", "ffv1", "-level 3 -slicecrc 1", ".mkv", "HIT 30 100", 50);
  torn("mjpeg in mkv", "mjpeg", "-q:v 2 -huffman default", ".mkv", "HIT 30 100", 50);
  torn("hevc", "libx265", "-preset ultrafast -crf 8 -x265-params log-level=none", ".mkv", "HIT 5 3",
       50);
  torn("ogg", "libtheora", "-q:v 10", ".ogv", "HIT 20 100", 30);
  torn("flv", "flv", "", ".flv", "DROP 300", 50);
}

void add_impostors(VideoCases& cases) {
  const auto refused = [&](const std::string& name, const std::string& make,
                           const std::string& says) {
    cases.push_back({.name = name,
                     .make = make,
                     .file = "a.mp4",
                     .exit_code = 4,
                     .times = Times::none,
                     .colors = Colors::none,
                     .says = says});
  };
  const std::string secret = "F -f lavfi -i $(SRC) -c:v libx264 secret.ts; ";
  refused("zero bytes", ": > a.mp4", "is empty");
  refused("only zeros", "head -c 100000 /dev/zero > a.mp4", "is not a video");
  refused("text", "echo 'bread, butter, one film' > a.mp4", "is not a video");
  refused("concat list", secret + "printf \"ffconcat version 1.0\\nfile secret.ts\\n\" > a.mp4",
          "is not a video");
  refused("HLS list",
          secret +
              "printf '#EXTM3U\\n#EXT-X-TARGETDURATION:1\\n#EXTINF:0.2,\\nsecret.ts\\n"
              "#EXT-X-ENDLIST\\n' > a.mp4",
          "is not a video");
  refused("SDP", "printf 'v=0\\nm=video 5004 RTP/AVP 96\\na=rtpmap:96 H264/90000\\n' > a.mp4",
          "is not a video");
  refused("sound only", "F -f lavfi -i sine=d=0.2 -c:a aac a.mp4", "no video stream");
  refused("a pipe's name", "mkfifo a.mp4", "not a regular file");
}

}  // namespace

void add_damage(VideoCases& cases) {
  add_cuts(cases);
  add_other_cuts(cases);
  add_torn(cases);
  add_impostors(cases);
}

}  // namespace mosaic::test
