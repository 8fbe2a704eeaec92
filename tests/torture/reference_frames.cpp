#include "torture/reference_frames.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>

#include "support/pq_curve.hpp"
#include "video/clips.hpp"

namespace mosaic::test {
namespace {

namespace fs = std::filesystem;

/// The first frame behind `filters`, `bytes` long; zeros on failure.
std::string first_frame(const VideoCase& c, const fs::path& film, const std::string& filters,
                        const std::string& format, std::size_t bytes) {
  const fs::path raw = film.parent_path() / "first.raw";
  const CommandResult result = run_command(
      {"ffmpeg", "-v", "error", "-nostdin", "-y", "-i", film.native(), "-map", "0:" + c.stream,
       "-frames:v", "1", "-vf", filters, "-pix_fmt", format, "-f", "rawvideo", raw.native()});
  std::string read = fs::exists(raw) ? file_bytes(raw) : std::string();
  if (read.size() != bytes) {
    ADD_FAILURE() << "ffmpeg gave " << read.size() << " bytes for " << bytes << ": " << result.err;
    read.assign(bytes, '\0');
  }
  return read;
}

constexpr double kWhite_nits = 203.0;

/// BT.2390, 5.4.1, for a source of 1000 cd/m2 and black at 0.
double shown_nits(double nits) {
  const double source = pq_signal(1000.0);
  const double e = std::min(pq_signal(nits) / source, 1.0);
  const double most = pq_signal(kWhite_nits) / source;
  const double knee = 1.5 * most - 0.5;
  if (e < knee) return nits;
  const double t = (e - knee) / (1.0 - knee);
  const double spline = (2 * t * t * t - 3 * t * t + 1) * knee +
                        (t * t * t - 2 * t * t + t) * (1 - knee) +
                        (-2 * t * t * t + 3 * t * t) * most;
  return pq_light(spline * source);
}

}  // namespace

RgbImage first_frame_by_ffmpeg(const VideoCase& c, const fs::path& film, Size size) {
  const std::string bytes = first_frame(
      c, film,
      c.before + "scale=flags=neighbor+accurate_rnd+full_chroma_int+bitexact," + "format=rgb24",
      "rgb24", 3 * size.area());
  RgbImage image(size);
  for (std::size_t i = 0; i < size.area(); ++i) {
    image.r.pixels[i] = static_cast<u8>(bytes[3 * i]);
    image.g.pixels[i] = static_cast<u8>(bytes[3 * i + 1]);
    image.b.pixels[i] = static_cast<u8>(bytes[3 * i + 2]);
  }
  return image;
}

bool have_zscale() {
  return run_command({"ffmpeg", "-v", "quiet", "-filters"}).out.find(" zscale ") !=
         std::string::npos;
}

RgbImage first_frame_tone_mapped(const VideoCase& c, const fs::path& film, Size size) {
  // Over integers, because a signal above 1 is 1.
  const std::string bytes = first_frame(
      c, film,
      c.before + "scale=flags=neighbor,format=yuv444p10le,zscale=m=gbr:r=full,format=gbrp16le," +
          "zscale=t=linear:npl=203:agamma=false,format=gbrpf32le",
      "gbrpf32le", 12 * size.area());
  std::vector<float> planes(3 * size.area());
  std::memcpy(planes.data(), bytes.data(), bytes.size());
  constexpr std::array<std::array<double, 3>, 3> kToBt709 = {
      {{1.6605, -0.5877, -0.0728}, {-0.1246, 1.1329, -0.0083}, {-0.0182, -0.1006, 1.1188}}};
  RgbImage image(size);
  for (std::size_t i = 0; i < size.area(); ++i) {
    std::array<double, 3> light{};  // r, g, b; the planes are g, b, r
    for (std::size_t k = 0; k < 3; ++k) {
      const double value = planes[(k + 2) % 3 * size.area() + i];
      light[k] = std::max(value, 0.0) * kWhite_nits;
    }
    const double brightest = std::max({light[0], light[1], light[2]});
    const double gain = brightest > 0.0 ? shown_nits(brightest) / brightest : 1.0;
    const std::array<u8*, 3> out = {&image.r.pixels[i], &image.g.pixels[i], &image.b.pixels[i]};
    for (std::size_t k = 0; k < 3; ++k) {
      double sum = 0.0;
      for (std::size_t j = 0; j < 3; ++j) sum += kToBt709[k][j] * light[j] * gain;
      const double level = 255.0 * std::pow(std::clamp(sum / kWhite_nits, 0.0, 1.0), 1.0 / 2.4);
      *out[k] = static_cast<u8>(std::lround(level));
    }
  }
  return image;
}

}  // namespace mosaic::test
