// Files that end too early without FFmpeg noticing, and healthy ones of the same kinds.
#include <fcntl.h>
#include <unistd.h>

#include <fstream>

#include "video/clips.hpp"

namespace mosaic::test {
namespace {

using namespace std::string_literals;

constexpr const char* kFilm = "-f lavfi -i testsrc2=s=160x96:r=25:d=2 ";
constexpr const char* kSound = "-f lavfi -i sine=d=2 ";

class Truncation : public ClipTest {
 protected:
  void write(const std::string& name, const std::string& bytes) const {
    std::ofstream(file(name), std::ios::binary) << bytes;
  }

  /// What is said of the file; empty: it counts as whole. "refused" where no frame comes out.
  [[nodiscard]] std::string damage(const std::string& name, std::size_t* frames = nullptr) const {
    try {
      const FilmRead film = read_film(file(name));
      if (frames != nullptr) *frames = film.frames.size();
      return film.skipped.empty() ? "" : film.skipped.front().reason;
    } catch (const InputError&) {
      return "refused";
    }
  }

  void expect_whole(const std::string& name) const {
    std::size_t frames = 0;
    EXPECT_EQ(damage(name, &frames), "") << name;
    EXPECT_EQ(frames, 50U) << name;
  }

  /// Cut at some places that are no multiple of `unit`, each is noticed and gives fewer frames.
  void expect_cuts_noticed(const std::string& name, std::size_t unit = 1) const {
    const std::string bytes = file_bytes(file(name));
    for (const std::size_t percent : {33U, 50U, 77U, 90U, 99U}) {
      std::size_t size = bytes.size() * percent / 100;
      // A byte or two of the next unit may be taken for padding.
      if (unit > 1 && size % unit < 8) size += 8;
      SCOPED_TRACE(name + " cut at byte " + std::to_string(size));
      write("cut-" + name, bytes.substr(0, size));
      std::size_t frames = 0;
      EXPECT_NE(damage("cut-" + name, &frames), "") << frames << " frames";
      EXPECT_LE(frames, 50U);
    }
  }
};

TEST_F(Truncation, TransportStreamsOfEveryPacketSize) {
  ffmpeg(std::string(kFilm) + "-c:v libx264 a.ts");
  ffmpeg(std::string(kFilm) + kSound + "-c:v mpeg2video -c:a mp2 b.ts");
  ffmpeg(std::string(kFilm) + "-c:v libx264 -f mpegts -mpegts_m2ts_mode 1 c.m2ts");
  ffmpeg(std::string(kFilm) + "-c:v libx264 -muxrate 3M nulls.ts");
  // 16 bytes of checksum behind every packet.
  std::string long_packets;
  const std::string plain = file_bytes(file("a.ts"));
  for (std::size_t at = 0; at < plain.size(); at += 188) {
    long_packets += plain.substr(at, 188) + std::string(16, 'x');
  }
  write("d.ts", long_packets);
  for (const char* name : {"a.ts", "b.ts", "c.m2ts", "nulls.ts", "d.ts"}) {
    expect_whole(name);
    const bool wide = std::string(name) == "c.m2ts";
    expect_cuts_noticed(name, wide ? 192 : std::string(name) == "d.ts" ? 204 : 188);
  }
}

TEST_F(Truncation, ATransportStreamMayBeginAndEndBetweenAnyTwoPackets) {
  ffmpeg(std::string(kFilm) + kSound + "-c:v libx264 -g 10 -c:a aac a.ts");
  const std::string bytes = file_bytes(file("a.ts"));
  // As a receiver would record it: from some byte on, to the end of some packet.
  write("late.ts", bytes.substr(188 * 3 + 40));
  EXPECT_EQ(damage("late.ts"), "");
  write("filled.ts", bytes + std::string(1000, '\0'));
  expect_whole("filled.ts");
}

TEST_F(Truncation, APictureThatLacksBytesOfItsStatedLengthIsCut) {
  ffmpeg(std::string(kFilm) + "-c:v mpeg2video -q:v 2 a.ts");
  // The muxer leaves the length of pictures open; state that of the last one.
  std::string bytes = file_bytes(file("a.ts"));
  std::size_t start = bytes.size();
  std::size_t payload = 0;
  const auto at = [&](std::size_t i) { return static_cast<unsigned char>(bytes[i]); };
  while (payload == 0 || (at(start + 1) & 0x40) == 0) {
    start -= 188;
    const bool picture = at(start + 1) == 0x41 || at(start + 1) == 0x01;
    if (!picture || at(start + 2) != 0) continue;
    payload += 184 - ((at(start + 3) & 0x20) != 0 ? 1U + at(start + 4) : 0U);
  }
  const std::size_t header = bytes.find(std::string("\0\0\1\xE0", 4), start);
  ASSERT_LT(header, start + 188);
  ASSERT_GT(payload, 400U) << "the last picture must fill several packets";
  bytes[header + 4] = static_cast<char>((payload - 6) >> 8);
  bytes[header + 5] = static_cast<char>(payload - 6);
  write("stated.ts", bytes);
  expect_whole("stated.ts");
  write("cut.ts", bytes.substr(0, bytes.size() - 188));
  EXPECT_NE(damage("cut.ts"), "");
}

TEST_F(Truncation, SoundCutBetweenTwoPacketsDoesNotEndTheJob) {
  ffmpeg(std::string(kFilm) + kSound + "-c:v libx264 -g 10 -c:a aac -b:a 192k a.ts");
  const std::string bytes = file_bytes(file("a.ts"));
  for (std::size_t packets = bytes.size() / 188 - 40; packets < bytes.size() / 188; ++packets) {
    SCOPED_TRACE(packets);
    write("cut.ts", bytes.substr(0, packets * 188));
    EXPECT_NO_THROW(write_film(file("cut.ts"), file("o.mp4"), {.force = true}));
  }
}

TEST_F(Truncation, ProgramStreams) {
  ffmpeg(std::string(kFilm) + kSound + "-c:v mpeg2video -c:a mp2 a.mpg");
  ffmpeg(std::string(kFilm) + "-c:v mpeg1video b.mpg");
  ffmpeg(std::string(kFilm) + kSound + "-c:v mpeg2video -c:a ac3 -f vob c.vob");
  ffmpeg(std::string(kFilm) + kSound + "-c:v mpeg1video -c:a mp2 -f vcd d.mpg");
  for (const char* name : {"a.mpg", "b.mpg", "c.vob", "d.mpg"}) expect_whole(name);
  for (const char* name : {"a.mpg", "b.mpg", "c.vob"}) expect_cuts_noticed(name, 2048);
}

TEST_F(Truncation, Ogg) {
  ffmpeg(std::string(kFilm) + "-c:v libtheora a.ogv");
  ffmpeg(std::string(kFilm) + kSound + "-c:v libtheora -c:a libvorbis b.ogv");
  for (const char* name : {"a.ogv", "b.ogv"}) {
    expect_whole(name);
    expect_cuts_noticed(name);
  }
  // Between two pages: the stream does not say that it ends.
  const std::string bytes = file_bytes(file("a.ogv"));
  write("paged.ogv", bytes.substr(0, bytes.rfind("OggS")));
  EXPECT_NE(damage("paged.ogv"), "");
}

TEST_F(Truncation, NutLacksItsIndex) {
  ffmpeg(std::string(kFilm) + "-c:v libx264 -g 10 a.nut");
  ffmpeg(std::string(kFilm) + kSound + "-c:v rawvideo -pix_fmt yuv420p -c:a pcm_s16le b.nut");
  for (const char* name : {"a.nut", "b.nut"}) {
    expect_whole(name);
    expect_cuts_noticed(name);
  }
  // A number behind the last frame that would be the length of an index.
  const std::string bytes = file_bytes(file("a.nut"));
  for (const char* end : {"\0\0\0\0\0\0\0\x40", "\x7F\0\0\0\0\0\0\0", "\0\0\0\0\0\x20\x10\0"}) {
    write("cut.nut", bytes.substr(0, bytes.size() / 2) + std::string(end, 8) + "crc.");
    EXPECT_NE(damage("cut.nut"), "");
  }
}

TEST_F(Truncation, MxfByItsFooterAndItsItems) {
  ffmpeg(std::string(kFilm) + "-c:v mpeg2video -q:v 2 -g 5 a.mxf");
  ffmpeg(std::string(kFilm) + "-f lavfi -i sine=d=2:r=48000 -c:v mpeg2video -c:a pcm_s16le b.mxf");
  // What has been written into a pipe names no footer.
  const CommandResult piped =
      run_command({"bash", "-ec", "ffmpeg -v error -nostdin -i \"$1\" -c copy -f mxf - > \"$2\"",
                   "bash", file("a.mxf").native(), file("c.mxf").native()});
  ASSERT_EQ(piped.exit_code, 0) << piped.err;
  for (const char* name : {"a.mxf", "b.mxf", "c.mxf"}) {
    expect_whole(name);
    expect_cuts_noticed(name);
  }
}

TEST_F(Truncation, LiveMatroskaOfUnknownSize) {
  ffmpeg(std::string(kFilm) + kSound + "-c:v libx264 -g 10 -c:a aac -live 1 a.mkv");
  ffmpeg(std::string(kFilm) +
         "-c:v libvpx -g 10 -deadline good -cpu-used 4 -threads 1 -live 1 b.webm");
  for (const char* name : {"a.mkv", "b.webm"}) {
    expect_whole(name);
    expect_cuts_noticed(name);
  }
}

TEST_F(Truncation, ContainersThatStateTheirLength) {
  ffmpeg(std::string(kFilm) + kSound + "-c:v wmv2 -c:a wmav2 a.wmv");
  ffmpeg(std::string(kFilm) + "-f apng a.png");
  ffmpeg(std::string(kFilm) + kSound + "-c:v flv -c:a mp3 -ar 44100 a.flv");
  ffmpeg(std::string(kFilm) + kSound + "-c:v libx264 -c:a aac b.flv");
  for (const char* name : {"a.wmv", "a.png", "a.flv", "b.flv"}) {
    expect_whole(name);
    expect_cuts_noticed(name);
  }
}

// An index that was stripped, or a few bytes that some program put behind the film, made films that
// have every frame count as truncated.
TEST_F(Truncation, WhatFollowsTheLastFrameIsNotTheFilm) {
  ffmpeg(std::string(kFilm) + kSound + "-c:v wmv2 -c:a wmav2 a.wmv");
  ffmpeg(std::string(kFilm) + kSound + "-c:v libx264 -c:a aac b.flv");
  ffmpeg(std::string(kFilm) + "-pix_fmt yuv420p c.y4m");
  const std::string wmv = file_bytes(file("a.wmv"));
  const std::size_t index = wmv.rfind("\x90\x08\x00\x33\xB1\xE5\xCF\x11"s);
  ASSERT_NE(index, std::string::npos);
  ASSERT_GT(index, wmv.size() / 2);
  write("stripped.wmv", wmv.substr(0, index));
  expect_whole("stripped.wmv");
  write("short.wmv", wmv.substr(0, index - 1));
  EXPECT_NE(damage("short.wmv"), "");
  const std::string flv = file_bytes(file("b.flv"));
  const std::string y4m = file_bytes(file("c.y4m"));
  for (const std::string& behind : {"\n"s, "\0\0\0"s, "\r\n \n"s}) {
    write("behind.flv", flv + behind);
    write("behind.y4m", y4m + behind);
    expect_whole("behind.flv");
    expect_whole("behind.y4m");
  }
  // Text whose first letter is the kind of a tag: with 5 of its bits in 'H', 'i' and 'R'.
  for (const char* text :
       {"\t", "\tcut by a program\n", "\ttab", "Hand-made.", "is more than this\n",
        "Recorded by a program", "(c) somebody, in some year"}) {
    write("text.flv", flv + text);
    EXPECT_EQ(damage("text.flv"), "") << text;
  }
  // The beginning of one more frame is no such thing.
  write("more.flv", flv + "\x09\0"s);
  EXPECT_NE(damage("more.flv"), "");
  for (const std::string& more : {"F"s, "FRAME\n"s, "\nFRAME\n"s}) {
    write("more.y4m", y4m + more);
    EXPECT_NE(damage("more.y4m"), "") << more;
  }
}

TEST_F(Truncation, RawFramesInARow) {
  ffmpeg(std::string(kFilm) + "-pix_fmt yuv420p a.y4m");
  ffmpeg(std::string(kFilm) + "a.mjpeg");
  for (const char* name : {"a.y4m", "a.mjpeg"}) {
    expect_whole(name);
    expect_cuts_noticed(name);
  }
  // Within the first bytes of a frame's own header.
  const std::string bytes = file_bytes(file("a.y4m"));
  write("head.y4m", bytes.substr(0, bytes.rfind("FRAME") + 3));
  EXPECT_NE(damage("head.y4m"), "");
  // Between two frames nobody can tell.
  write("between.y4m", bytes.substr(0, bytes.rfind("FRAME")));
  EXPECT_EQ(damage("between.y4m"), "");
}

/// Standard input is the file for as long as this lives.
class StdinFrom {
 public:
  explicit StdinFrom(const std::filesystem::path& path) : kept_(dup(STDIN_FILENO)) {
    const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
    dup2(file, STDIN_FILENO);
    close(file);
  }
  ~StdinFrom() {
    dup2(kept_, STDIN_FILENO);
    close(kept_);
  }
  StdinFrom(const StdinFrom&) = delete;
  StdinFrom& operator=(const StdinFrom&) = delete;

 private:
  int kept_;
};

TEST_F(Truncation, OnStandardInputTheSameIsSeen) {
  ffmpeg(std::string(kFilm) + "-pix_fmt yuv420p a.y4m");
  ffmpeg(std::string(kFilm) + "a.mjpeg");
  ffmpeg(std::string(kFilm) + kSound + "-c:v mpeg2video -c:a mp2 a.ts");
  ffmpeg(std::string(kFilm) + kSound + "-c:v mpeg2video -c:a mp2 a.mpg");
  ffmpeg(std::string(kFilm) + "-c:v libtheora a.ogv");
  ffmpeg(std::string(kFilm) + "-c:v libx264 -g 10 -live 1 a.mkv");
  ffmpeg(std::string(kFilm) + "-c:v libx264 -g 10 a.nut");
  for (const char* name : {"a.y4m", "a.mjpeg", "a.ts", "a.mpg", "a.ogv", "a.mkv", "a.nut"}) {
    SCOPED_TRACE(name);
    const std::string bytes = file_bytes(file(name));
    for (const bool cut : {false, true}) {
      // Short of the last bytes: no unit of any of these formats ends there.
      write("in", bytes.substr(0, bytes.size() - (cut ? 30 : 0)));
      const StdinFrom in(file("in"));
      const FilmRead film = read_film("-");
      EXPECT_EQ(film.skipped.empty(), !cut) << film.frames.size() << " frames";
      EXPECT_LE(film.frames.size(), 50U);
    }
  }
}

TEST_F(Truncation, ARecordingThatBeginsBetweenKeyFramesIsWhole) {
  ffmpeg(std::string(kFilm) + "-c:v libx264 -g 20 -bf 2 a.ts");
  const std::string bytes = file_bytes(file("a.ts"));
  write("b.ts", bytes.substr(bytes.size() / 3 / 188 * 188));
  std::size_t frames = 0;
  EXPECT_EQ(damage("b.ts", &frames), "");
  EXPECT_GT(frames, 10U);
}

}  // namespace
}  // namespace mosaic::test
