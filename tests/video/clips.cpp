#include "video/clips.hpp"

#include <algorithm>
#include <cstring>
#include <fstream>
#include <sstream>
#include <stdexcept>

#include "core/color_convert.hpp"
#include "core/parallel_for.hpp"

namespace mosaic::test {

namespace {

std::vector<std::string> split(const std::string& text, char separator) {
  std::vector<std::string> parts;
  std::istringstream stream(text);
  for (std::string part; std::getline(stream, part, separator);) {
    if (!part.empty()) parts.push_back(part);
  }
  return parts;
}

RgbImage to_rgb(const Picture& picture, Size size) {
  ThreadPool pool(1);
  RgbImage rgb(size);
  if (const auto* yuv = std::get_if<YuvImage>(&picture)) {
    yuv_to_rgb(*yuv, Rect{0, 0, size.width, size.height}, rgb, pool);
    return rgb;
  }
  const auto& from = std::get<RgbImage>(picture);
  const auto cut = [&](const Plane& source, Plane& target) {
    for (int y = 0; y < size.height; ++y) {
      std::memcpy(target.row(y), source.row(y), static_cast<std::size_t>(size.width));
    }
  };
  cut(from.r, rgb.r);
  cut(from.g, rgb.g);
  cut(from.b, rgb.b);
  return rgb;
}

Size size_of_picture(const Picture& picture) {
  return std::visit([](const auto& image) { return image.size(); }, picture);
}

std::vector<std::string> digest_fields(const std::filesystem::path& path,
                                       const std::string& specifier, bool with_times) {
  const CommandResult result = run_command(
      {"ffprobe", "-v", "error", "-select_streams", specifier, "-show_packets", "-show_data_hash",
       "md5", "-show_entries", "packet=pts,size,data_hash", "-of", "default=nw=1", path.native()});
  if (result.exit_code != 0) throw std::runtime_error("ffprobe: " + result.err);
  std::vector<std::string> digests;
  std::string current;
  for (const std::string& line : split(result.out, '\n')) {
    if (line.starts_with("pts=")) {
      current = with_times ? line.substr(4) + " " : std::string();
    } else if (line.starts_with("size=")) {
      current += line.substr(5) + " ";
    } else if (line.starts_with("data_hash=")) {
      digests.push_back(current + line.substr(10));
    }
  }
  return digests;
}

}  // namespace

void ClipTest::SetUp() {
  if (!have_program("ffmpeg") || !have_program("ffprobe")) {
    GTEST_SKIP() << "ffmpeg and ffprobe are needed to make and check clips";
  }
}

void ClipTest::ffmpeg(const std::string& words) const { ffmpeg(split(words, ' ')); }

void ClipTest::ffmpeg(const std::vector<std::string>& words) const {
  std::vector<std::string> command = {"ffmpeg", "-v", "error", "-nostdin", "-y"};
  command.insert(command.end(), words.begin(), words.end());
  CommandOptions options;
  options.working_directory = folder_.path();
  const CommandResult result = run_command(command, options);
  std::string line;
  for (const std::string& word : command) line.append(word).append(" ");
  ASSERT_EQ(result.exit_code, 0) << line << "\n" << result.err;
}

RenderObserver Heard::observer() {
  RenderObserver observer;
  observer.info = [this](const std::string& text) { info.push_back(text); };
  observer.notice = [this](const std::string& text) { notices.push_back(text); };
  observer.warning = [this](const std::string& text) { warnings.push_back(text); };
  return observer;
}

bool Heard::has(const std::vector<std::string>& lines, const std::string& part) {
  return std::any_of(lines.begin(), lines.end(),
                     [&](const std::string& line) { return line.find(part) != std::string::npos; });
}

FilmRead read_film(const std::filesystem::path& path, const SourceOptions& options) {
  FilmRead film;
  {
    const auto source = open_frame_source(path, options, film.heard.observer());
    film.info = source->info();
    SourceFrame frame;
    while (source->read(frame)) film.frames.push_back(frame);
    EXPECT_FALSE(source->read(frame)) << "the end must stay the end";
    film.decode_errors = source->decode_errors();
    film.skipped = source->skipped();
  }
  return film;
}

Rgb pixel_at(const Picture& picture, int x, int y) {
  const RgbImage image = to_rgb(picture, size_of_picture(picture));
  return Rgb{image.r.row(y)[x], image.g.row(y)[x], image.b.row(y)[x]};
}

::testing::AssertionResult near_color(Rgb actual, Rgb expected, int tolerance) {
  const bool near = std::abs(actual.r - expected.r) <= tolerance &&
                    std::abs(actual.g - expected.g) <= tolerance &&
                    std::abs(actual.b - expected.b) <= tolerance;
  if (near) return ::testing::AssertionSuccess();
  return ::testing::AssertionFailure()
         << "got (" << actual.r << ", " << actual.g << ", " << actual.b << "), expected ("
         << expected.r << ", " << expected.g << ", " << expected.b << ") +- " << tolerance;
}

std::vector<std::int64_t> probe_times(const std::filesystem::path& path,
                                      const std::string& stream) {
  const CommandResult result =
      run_command({"ffprobe", "-v", "error", "-select_streams", stream, "-show_entries",
                   "frame=best_effort_timestamp", "-of", "default=nw=1:nk=1", path.native()});
  if (result.exit_code != 0) throw std::runtime_error("ffprobe: " + result.err);
  std::vector<std::int64_t> times;
  for (const std::string& line : split(result.out, '\n')) {
    if (line != "N/A") times.push_back(std::stoll(line));
  }
  return times;
}

std::string probe(const std::filesystem::path& path, const std::string& stream,
                  const std::string& entry) {
  std::vector<std::string> command = {"ffprobe", "-v", "error"};
  if (!stream.empty()) command.insert(command.end(), {"-select_streams", stream});
  command.insert(command.end(),
                 {"-show_entries", entry, "-of", "default=nw=1:nk=1", path.native()});
  const CommandResult result = run_command(command);
  if (result.exit_code != 0) throw std::runtime_error("ffprobe: " + result.err);
  std::string text = result.out;
  while (!text.empty() && text.back() == '\n') text.pop_back();
  return text;
}

std::vector<std::string> packet_digests(const std::filesystem::path& path,
                                        const std::string& specifier) {
  return digest_fields(path, specifier, true);
}

std::vector<std::string> payload_digests(const std::filesystem::path& path,
                                         const std::string& specifier) {
  return digest_fields(path, specifier, false);
}

SinkRequest request_for(const SourceInfo& info, const std::filesystem::path& output,
                        const WriteOptions& options) {
  SinkRequest request;
  request.output = output;
  request.encode.codec = options.codec;
  request.encode.preset = options.preset;
  request.encode.crf = options.crf;
  request.force = options.force;
  request.size = Size{info.size.width / 2 * 2, info.size.height / 2 * 2};
  request.source = info;
  request.range = options.range;
  return request;
}

void write_frame(FrameSink& sink, const SinkRequest& request, const SourceFrame& frame) {
  const auto* kept = std::get_if<YuvImage>(&frame.picture);
  if (sink.format() == SinkFormat::yuv && kept != nullptr && kept->size() == request.size) {
    sink.write(*kept, frame.pts, frame.duration);
    return;
  }
  const RgbImage rgb = to_rgb(frame.picture, request.size);
  if (sink.format() == SinkFormat::rgb) {
    sink.write(rgb, frame.pts, frame.duration);
    return;
  }
  ThreadPool pool(1);
  YuvImage yuv(request.size);
  yuv.matrix = request.source.matrix;
  yuv.range = request.source.range;
  rgb_to_yuv(rgb, yuv, pool);
  sink.write(yuv, frame.pts, frame.duration);
}

Heard write_film(const std::filesystem::path& input, const std::filesystem::path& output,
                 const WriteOptions& options) {
  Heard heard;
  {
    Heard reading;
    const auto source = open_frame_source(input, {}, reading.observer());
    SinkRequest request = request_for(source->info(), output, options);
    if (options.copy_streams && !source->info().still && !std::filesystem::is_directory(input)) {
      request.copy_streams_from = input;
    }
    const auto sink = open_frame_sink(request, heard.observer());
    SourceFrame frame;
    while (source->read(frame)) {
      const bool wanted = frame.index >= options.range.first &&
                          (options.range.last < 0 || frame.index < options.range.last);
      if (wanted) write_frame(*sink, request, frame);
    }
    if (options.finish) sink->finish();
  }
  return heard;
}

std::string file_bytes(const std::filesystem::path& path) {
  const std::ifstream stream(path, std::ios::binary);
  if (!stream) throw std::runtime_error("cannot read " + path.native());
  std::ostringstream bytes;
  bytes << stream.rdbuf();
  return bytes.str();
}

std::vector<std::string> names_in(const std::filesystem::path& folder) {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    names.push_back(entry.path().filename().native());
  }
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace mosaic::test
