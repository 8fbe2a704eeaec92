// Files that are not what their name says must be refused, and must not make us open other files.
#include <fcntl.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <fstream>

#include "video/clips.hpp"

namespace mosaic::test {
namespace {

class HostileInput : public ClipTest {
 protected:
  void write(const std::string& name, const std::string& text) const {
    std::ofstream(file(name), std::ios::binary) << text;
  }
  std::string refusal(const std::string& name) const {
    try {
      open_frame_source(file(name), {}, {});
    } catch (const InputError& error) {
      return error.what();
    }
    return "accepted";
  }
};

/// Counts how often a file is opened while it lives.
class OpenWatch {
 public:
  explicit OpenWatch(const std::filesystem::path& path)
      : queue_(inotify_init1(IN_NONBLOCK | IN_CLOEXEC)) {
    watch_ = inotify_add_watch(queue_, path.c_str(), IN_OPEN);
  }
  ~OpenWatch() { close(queue_); }
  OpenWatch(const OpenWatch&) = delete;
  OpenWatch& operator=(const OpenWatch&) = delete;
  [[nodiscard]] bool works() const { return queue_ >= 0 && watch_ >= 0; }
  [[nodiscard]] bool was_opened() const {
    alignas(inotify_event) std::array<char, 4096> events{};
    return read(queue_, events.data(), events.size()) > 0;
  }

 private:
  int queue_;
  int watch_ = -1;
};

TEST_F(HostileInput, PlayListsNamedVideoOpenNothingElse) {
  ffmpeg("-f lavfi -i testsrc2=s=64x48:r=25:d=0.4 -c:v libx264 -f mpegts secret.ts");
  ffmpeg("-f lavfi -i testsrc2=s=64x48 -frames:v 1 secret.png");
  const std::string secret = file("secret.ts").native();
  write("concat.mp4", "ffconcat version 1.0\nfile '" + secret + "'\n");
  write("hls.mp4", "#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-TARGETDURATION:1\n#EXTINF:0.4,\n" + secret +
                       "\n#EXT-X-ENDLIST\n");
  write("dash.mp4",
        "<?xml version=\"1.0\"?><MPD xmlns=\"urn:mpeg:dash:schema:mpd:2011\" type=\"static\" "
        "mediaPresentationDuration=\"PT1S\"><Period><AdaptationSet mimeType=\"video/mp4\">"
        "<Representation id=\"1\" bandwidth=\"1\"><BaseURL>" +
            secret + "</BaseURL></Representation></AdaptationSet></Period></MPD>");
  write("sdp.mp4",
        "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\n"
        "m=video 5004 RTP/AVP 96\na=rtpmap:96 H264/90000\n");
  const OpenWatch video(secret);
  const OpenWatch picture(file("secret.png"));
  ASSERT_TRUE(video.works());
  for (const char* name : {"concat.mp4", "hls.mp4", "dash.mp4", "sdp.mp4"}) {
    const std::string text = refusal(name);
    EXPECT_NE(text.find("is not a video"), std::string::npos) << name << ": " << text;
  }
  EXPECT_FALSE(video.was_opened());
  EXPECT_FALSE(picture.was_opened());
  EXPECT_EQ(read_film(secret).frames.size(), 10U);
  EXPECT_TRUE(video.was_opened()) << "the watch does not work: the test would prove nothing";
}

TEST_F(HostileInput, ReferencesInsideAMovAreNotFollowed) {
  // An mp4 whose data reference names another file: FFmpeg must not open it.
  ffmpeg("-f lavfi -i testsrc2=s=64x48:r=25:d=0.4 -c:v libx264 a.mov");
  std::string bytes = file_bytes(file("a.mov"));
  const std::size_t reference = bytes.find("url ");
  if (reference == std::string::npos) GTEST_SKIP() << "no data reference to change";
  bytes.replace(reference, 4, "alis");
  bytes[reference + 7] = 0;  // flags: not self-contained
  write("a.mov", bytes);
  const std::string text = refusal("a.mov");
  EXPECT_TRUE(text == "accepted" || text.find("a.mov") != std::string::npos) << text;
}

TEST_F(HostileInput, TextAndEmptyAndMissingFiles) {
  write("text.mp4", "This is a shopping list: bread, butter, twelve eggs, one film.\n");
  write("script.mkv", "#!/bin/sh\necho hello\n");
  write("empty.mp4", "");
  write("zeros.mp4", std::string(100000, '\0'));
  EXPECT_NE(refusal("text.mp4").find("is not a video"), std::string::npos) << refusal("text.mp4");
  EXPECT_NE(refusal("script.mkv").find("is not a video"), std::string::npos);
  EXPECT_NE(refusal("empty.mp4").find("is empty"), std::string::npos);
  EXPECT_NE(refusal("zeros.mp4").find("is not a video"), std::string::npos) << refusal("zeros.mp4");
  EXPECT_NE(refusal("missing.mp4").find("No such file"), std::string::npos);
}

TEST_F(HostileInput, SoundIsNoVideo) {
  ffmpeg("-f lavfi -i sine=d=0.2 -c:a aac song.m4a");
  ffmpeg("-f lavfi -i sine=d=0.2 song.wav");
  EXPECT_NE(refusal("song.m4a").find("no video stream"), std::string::npos);
  EXPECT_NE(refusal("song.wav").find("is not a video"), std::string::npos);
}

TEST_F(HostileInput, APipeDoesNotHang) {
  ASSERT_EQ(mkfifo(file("pipe.mp4").c_str(), 0600), 0);
  EXPECT_NE(refusal("pipe.mp4").find("not a regular file"), std::string::npos);
}

TEST_F(HostileInput, APictureWithAVideosNameIsAStill) {
  ffmpeg("-f lavfi -i color=red:s=20x10 -frames:v 1 -f image2 -c:v png picture.mp4");
  const FilmRead film = read_film(file("picture.mp4"));
  EXPECT_TRUE(film.info.still);
  EXPECT_EQ(film.info.size, (Size{20, 10}));
}

TEST_F(HostileInput, MessagesDoNotCarryControlCharacters) {
  try {
    open_frame_source(file("a\nerror: all is lost"), {}, {});
    FAIL();
  } catch (const InputError& error) {
    EXPECT_EQ(std::string(error.what()).find('\n'), std::string::npos);
  }
}

}  // namespace
}  // namespace mosaic::test
