#include "e2e/e2e.hpp"

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <nlohmann/json.hpp>
#include <random>
#include <stdexcept>

#include "pictures/picture_file.hpp"

namespace mosaic::test {

CommandResult run_mosaic(std::vector<std::string> arguments, const CommandOptions& options) {
  arguments.insert(arguments.begin(), MOSAIC_EXECUTABLE);
  return run_command(arguments, options);
}

bool has_raft() {
  const auto prefix = std::filesystem::path(MOSAIC_EXECUTABLE).parent_path().parent_path();
  return std::filesystem::exists(prefix / "lib" / "mosaic-temporal" / "libmosaic_torch.so");
}

std::filesystem::path shared_film() {
  const std::filesystem::path path = std::filesystem::path(MOSAIC_SHARED_DATA) / "bbb480.mp4";
  return std::filesystem::exists(path) ? path : std::filesystem::path();
}

std::filesystem::path shared_tiles() {
  const std::filesystem::path path = std::filesystem::path(MOSAIC_SHARED_DATA) / "tiles";
  return std::filesystem::exists(path) ? path : std::filesystem::path();
}

RgbImage textured_picture(Size size, unsigned seed) {
  std::mt19937 random(seed);
  const auto draw = [&](int low, int high) {
    return low + static_cast<int>(random() % static_cast<unsigned>(high - low + 1));
  };
  RgbImage image(size);
  const int base[3] = {draw(20, 235), draw(20, 235), draw(20, 235)};
  const int slope[3] = {draw(-60, 60), draw(-60, 60), draw(-60, 60)};
  Plane* planes[3] = {&image.r, &image.g, &image.b};
  for (int y = 0; y < size.height; ++y) {
    for (int x = 0; x < size.width; ++x) {
      for (int c = 0; c < 3; ++c) {
        const int value = base[c] + slope[c] * (x + y) / (size.width + size.height);
        planes[c]->row(y)[x] = static_cast<u8>(std::clamp(value, 0, 255));
      }
    }
  }
  const int blobs = std::max(6, size.width * size.height / 600);
  for (int blob = 0; blob < blobs; ++blob) {
    const int cx = draw(0, size.width - 1);
    const int cy = draw(0, size.height - 1);
    const int radius = draw(2, std::max(3, std::min(size.width, size.height) / 8));
    const int colour[3] = {draw(0, 255), draw(0, 255), draw(0, 255)};
    for (int y = std::max(0, cy - radius); y < std::min(size.height, cy + radius); ++y) {
      for (int x = std::max(0, cx - radius); x < std::min(size.width, cx + radius); ++x) {
        if ((x - cx) * (x - cx) + (y - cy) * (y - cy) > radius * radius) continue;
        for (int c = 0; c < 3; ++c) {
          u8& pixel = planes[c]->row(y)[x];
          pixel = static_cast<u8>((pixel + 2 * colour[c]) / 3);
        }
      }
    }
  }
  return image;
}

void write_pool(const std::filesystem::path& folder, int count) {
  std::filesystem::create_directories(folder);
  for (int i = 0; i < count; ++i) {
    char name[32];
    std::snprintf(name, sizeof name, "photo%04d.png", i);
    write_picture(folder / name, name,
                  textured_picture(Size{40, 32}, 1000U + static_cast<unsigned>(i)));
  }
}

void write_frames(const std::filesystem::path& folder, const std::vector<RgbImage>& frames) {
  std::filesystem::create_directories(folder);
  for (std::size_t i = 0; i < frames.size(); ++i) {
    char name[32];
    std::snprintf(name, sizeof name, "%04zu.png", i);
    write_picture(folder / name, name, frames[i]);
  }
}

Plan read_plan(const std::filesystem::path& path) {
  std::ifstream stream(path);
  if (!stream) throw std::runtime_error("no plan " + path.string());
  std::string line;
  std::getline(stream, line);
  const auto header = nlohmann::json::parse(line);
  Plan plan;
  plan.columns = header.at("grid").at("columns").get<int>();
  plan.rows = header.at("grid").at("rows").get<int>();
  while (std::getline(stream, line)) {
    plan.tiles.push_back(nlohmann::json::parse(line).at("tiles").get<std::vector<std::int32_t>>());
  }
  return plan;
}

void make_sound_film(const std::filesystem::path& film, const std::string& size,
                     const std::vector<std::string>& length) {
  std::vector<std::string> words = {"ffmpeg",
                                    "-v",
                                    "error",
                                    "-f",
                                    "lavfi",
                                    "-i",
                                    "testsrc2=size=" + size + ":rate=24",
                                    "-f",
                                    "lavfi",
                                    "-i",
                                    "sine=frequency=440"};
  words.insert(words.end(), length.begin(), length.end());
  words.insert(words.end(), {"-shortest", "-c:v", "libx264", "-preset", "ultrafast", "-c:a", "aac",
                             film.string()});
  const CommandResult made = run_command(words);
  if (made.exit_code != 0) throw std::runtime_error("ffmpeg: " + made.err);
}

std::string md5_of(const std::filesystem::path& path) {
  const CommandResult result = run_command({"md5sum", path.string()});
  if (result.exit_code != 0) throw std::runtime_error("md5sum: " + result.err);
  const std::size_t start = result.out.starts_with('\\') ? 1 : 0;
  return result.out.substr(start, 32);
}

std::vector<std::string> names_in(const std::filesystem::path& folder) {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    names.push_back(entry.path().filename().string());
  }
  std::ranges::sort(names);
  return names;
}

}  // namespace mosaic::test
