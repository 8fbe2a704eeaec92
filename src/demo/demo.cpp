#include "demo/demo.hpp"

#include <chrono>
#include <cstdio>
#include <string>
#include <system_error>

#include "core/color_convert.hpp"
#include "core/parallel_for.hpp"
#include "demo/scene.hpp"
#include "demo/sound.hpp"
#include "demo/tile_pictures.hpp"
#include "mosaic/error.hpp"
#include "pictures/picture_file.hpp"
#include "video/frame_sink.hpp"

namespace mosaic {

namespace {

namespace fs = std::filesystem;

constexpr int kFramesPerSecond = 24;
constexpr int kMostTiles = 100'000;

/// Calls the observer at most about ten times a second, and at the end.
class Progress {
 public:
  Progress(const RenderObserver& observer, std::string stage, std::int64_t total)
      : observer_(observer), stage_(std::move(stage)), total_(total) {}

  void report(std::int64_t done) {
    const auto now = std::chrono::steady_clock::now();
    if (!observer_.progress || (done < total_ && now - last_ < std::chrono::milliseconds(100))) {
      return;
    }
    last_ = now;
    observer_.progress({stage_, done, total_, std::chrono::duration<double>(now - start_).count()});
  }

 private:
  const RenderObserver& observer_;
  std::string stage_;
  std::int64_t total_;
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
  std::chrono::steady_clock::time_point last_ = start_;
};

std::string tile_name(int index) {
  char name[32];
  std::snprintf(name, sizeof name, "tile_%05d.jpg", index);
  return name;
}

void check(const DemoOptions& options) {
  if (options.tiles < 1 || options.tiles > kMostTiles) {
    throw UsageError("--tiles " + std::to_string(options.tiles) + ": must be 1 to 100000");
  }
  if (options.frames < 1) {
    throw UsageError("--frames " + std::to_string(options.frames) + ": must be at least 1");
  }
  const Size size = options.size;
  if (size.width < 64 || size.height < 64 || size.width > 8192 || size.height > 8192 ||
      size.width % 2 != 0 || size.height % 2 != 0) {
    throw UsageError("--size " + std::to_string(size.width) + "x" + std::to_string(size.height) +
                         ": width and height must be even and 64 to 8192",
                     "For example --size 640x360.");
  }
}

[[noreturn]] void fail(const fs::path& path, const std::error_code& error) {
  throw OutputError("cannot write to '" + path.string() + "': " + error.message(),
                    "Name a folder that can be made, or one of your own.");
}

void prepare_folder(const fs::path& folder, bool force) {
  std::error_code error;
  const fs::file_status status = fs::status(folder, error);
  if (fs::exists(status)) {
    if (!fs::is_directory(status)) {
      throw OutputError("'" + folder.string() + "' is not a folder", "Name another place.");
    }
    const bool empty = fs::is_empty(folder, error);
    if (error) fail(folder, error);
    if (!empty && !force) {
      throw OutputError("folder '" + folder.string() + "' is not empty",
                        "Name a new folder, or add --force to write into this one.");
    }
  }
  fs::create_directories(folder / "tiles", error);
  if (error) fail(folder, error);
}

/// An earlier, larger pool must not leave tiles behind that would count as part of this one.
void remove_tiles_from(const fs::path& tiles, int first) {
  std::error_code error;
  for (int index = first; index < kMostTiles; ++index) {
    if (!fs::remove(tiles / tile_name(index), error)) return;  // they are numbered without gaps
  }
}

void write_tiles(const fs::path& folder, const DemoOptions& options, ThreadPool& pool,
                 const RenderObserver& observer) {
  Progress progress(observer, "tiles", options.tiles);
  const int batch = 4 * pool.threads();
  for (int first = 0; first < options.tiles; first += batch) {
    observer.throw_if_stopped();
    const int count = std::min(batch, options.tiles - first);
    pool.parallel_for(static_cast<std::size_t>(count), 1, [&](std::size_t begin, std::size_t end) {
      for (std::size_t i = begin; i < end; ++i) {
        const int index = first + static_cast<int>(i);
        const std::string name = tile_name(index);
        write_picture(folder / name, name, demo::draw_tile(options.seed, index));
      }
    });
    progress.report(first + count);
  }
  remove_tiles_from(folder, options.tiles);
}

/// Removes the sound's own file once it is in the video, and when anything fails.
class TemporarySound {
 public:
  TemporarySound(fs::path path, double seconds, std::uint64_t seed) : path_(std::move(path)) {
    demo::write_sound(path_, demo::compose_sound(seconds, seed));
  }
  ~TemporarySound() {
    std::error_code ignored;
    fs::remove(path_, ignored);
  }
  TemporarySound(const TemporarySound&) = delete;
  TemporarySound& operator=(const TemporarySound&) = delete;
  [[nodiscard]] const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

void write_scene(const fs::path& folder, const DemoOptions& options, ThreadPool& pool,
                 const RenderObserver& observer) {
  const TemporarySound sound(folder / ".sound.m4a",
                             static_cast<double>(options.frames) / kFramesPerSecond, options.seed);
  SinkRequest request;
  request.output = folder / "scene.mp4";
  request.force = true;  // the folder was found empty, or --force was given
  request.size = options.size;
  request.source.size = options.size;
  request.source.time_base = {1, kFramesPerSecond};
  request.source.frame_rate = {kFramesPerSecond, 1};
  request.source.frames = options.frames;
  request.copy_streams_from = sound.path();
  const auto sink = open_frame_sink(request, observer);

  const demo::Scene scene(options.size, options.seed);
  YuvImage yuv(options.size);
  Progress progress(observer, "scene", options.frames);
  for (int i = 0; i < options.frames; ++i) {
    observer.throw_if_stopped();
    rgb_to_yuv(scene.frame(static_cast<double>(i) / kFramesPerSecond, pool), yuv, pool);
    sink->write(yuv, i, 1);
    progress.report(i + 1);
  }
  sink->finish();
}

}  // namespace

void write_demo(const std::filesystem::path& folder, const DemoOptions& options,
                const RenderObserver& observer) {
  check(options);
  prepare_folder(folder, options.force);
  ThreadPool pool(0);
  write_scene(folder, options, pool, observer);
  write_tiles(folder / "tiles", options, pool, observer);
}

}  // namespace mosaic
