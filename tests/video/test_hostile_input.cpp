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
  // The track's data reference becomes an alias of another file, as QuickTime's own tools wrote it:
  // volume and file name, and where to find it from here (type 2: "/secret.bin").
  ffmpeg("-f lavfi -i testsrc2=s=64x48:r=25:d=0.4 -c:v libx264 -movflags +faststart a.mov");
  std::string bytes = file_bytes(file("a.mov"));
  write("secret.bin", bytes);
  const auto big_endian = [](std::uint32_t value, int count) {
    std::string out;
    for (int shift = 8 * (count - 1); shift >= 0; shift -= 8)
      out += static_cast<char>(value >> shift);
    return out;
  };
  const std::string path = file("secret.bin").native();
  std::string alias(150, '\0');
  alias[10] = 6;
  alias.replace(11, 6, "Volume");
  alias[50] = 10;
  alias.replace(51, 10, "secret.bin");
  alias.replace(110, 2, big_endian(1, 2));  // levels from the alias to their common folder
  alias.replace(112, 2, big_endian(1, 2));
  alias = alias.substr(0, 130) + std::string(20, '\0');
  alias += big_endian(2, 2) + big_endian(static_cast<std::uint32_t>(path.size()), 2) + path;
  if (path.size() % 2 != 0) alias += '\0';
  alias += big_endian(0xFFFF, 2) + big_endian(0, 2);
  const std::string entry = big_endian(static_cast<std::uint32_t>(12 + alias.size()), 4) + "alis" +
                            big_endian(0, 4) + alias;
  const std::size_t table = bytes.find("dref");
  ASSERT_NE(table, std::string::npos);
  const std::size_t old = bytes.find("url ", table);
  ASSERT_NE(old, std::string::npos);
  // Every box around the reference grows; the data behind them moves with it.
  const std::uint32_t grown = static_cast<std::uint32_t>(entry.size()) - 12;
  const auto grow = [&](std::size_t type_at) {
    std::uint32_t size = 0;
    for (std::size_t i = 0; i < 4; ++i) {
      size = size << 8 | static_cast<unsigned char>(bytes[type_at - 4 + i]);
    }
    bytes.replace(type_at - 4, 4, big_endian(size + grown, 4));
  };
  for (const char* box : {"moov", "trak", "mdia", "minf", "dinf", "dref"}) {
    const std::size_t at = bytes.rfind(box, old);
    ASSERT_NE(at, std::string::npos) << box;
    grow(at);
  }
  bytes.replace(old - 4, 12, entry);
  write("a.mov", bytes);
  const OpenWatch secret(file("secret.bin"));
  ASSERT_TRUE(secret.works());
  const std::string text = refusal("a.mov");
  EXPECT_FALSE(secret.was_opened()) << text;
  // What FFmpeg does when it is let: the reference is sound.
  const OpenWatch allowed(file("secret.bin"));
  run_command({"ffmpeg", "-v", "error", "-nostdin", "-enable_drefs", "1", "-use_absolute_path", "1",
               "-i", file("a.mov").native(), "-f", "null", "-"});
  EXPECT_TRUE(allowed.was_opened()) << "the reference is not one that anybody would follow";
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
