#include "library/tile_builder.hpp"

#include <algorithm>
#include <mutex>
#include <new>
#include <optional>
#include <utility>

#include "backend/cpu/describe.hpp"
#include "core/color_convert.hpp"
#include "library/photo_tile.hpp"
#include "library/tile_variants.hpp"
#include "mosaic/error.hpp"
#include "pictures/input_bytes.hpp"
#include "pictures/picture_decoder.hpp"
#include "pictures/picture_kind.hpp"

namespace mosaic {

namespace {

void append(std::vector<std::uint8_t>& to, const std::vector<std::uint8_t>& from) {
  to.insert(to.end(), from.begin(), from.end());
}

void describe_tile(const RgbImage& tile, int features_k, PhotoTiles& out) {
  const int size_px = tile.size().width;
  const std::size_t at = out.features.size();
  out.features.resize(at + TileLayout{size_px, features_k}.feature_bytes());
  ThreadPool serial(1);  // this runs inside the caller's pool already
  const Plane luma = luma_of(tile, serial);
  ColorSums sums;
  cpu::describe_square({tile.r.pixels.data(), tile.g.pixels.data(), tile.b.pixels.data(),
                        luma.pixels.data(), size_px, size_px},
                       features_k, out.features.data() + at, sums);
  out.color_sums.push_back(sums);
  append(out.luma, luma.pixels);
  append(out.rgb, tile.r.pixels);
  append(out.rgb, tile.g.pixels);
  append(out.rgb, tile.b.pixels);
}

/// What became of one file of the pool: tiles, a reason, or neither for files of no concern.
struct Outcome {
  std::optional<PhotoTiles> tiles;
  std::string reason;
};

/// Decodes and describes one file. Throws PictureProblem.
std::optional<PhotoTiles> tiles_of_file(const PoolFile& file, const LibrarySettings& settings,
                                        TileLayout layout) {
  const bool expected = has_picture_extension(file.name);
  if (file.size == 0) {
    if (expected) throw PictureProblem("empty");
    return std::nullopt;
  }
  const InputBytes input(file.open, Links::refuse);
  const std::vector<std::byte> head = input.head(kSniffBytes);
  const PictureKind kind = sniff_picture(head);
  if (kind == PictureKind::unsupported || kind == PictureKind::none) {
    if (!expected) return std::nullopt;
    if (has_camera_raw_extension(file.name)) {
      throw PictureProblem("camera raw files are not supported");
    }
    const std::string name(unsupported_name(head));
    throw PictureProblem(name.empty() ? "not a picture" : name + " files are not supported");
  }
  if (kind == PictureKind::tiff && has_camera_raw_extension(file.name)) {
    throw PictureProblem("camera raw files are not supported");
  }
  return describe_photo(photo_tile(kind, input.all(), layout.tile_size_px), settings,
                        layout.features_k);
}

Outcome process(const PoolFile& file, const LibrarySettings& settings, TileLayout layout) {
  Outcome outcome;
  try {
    outcome.tiles = tiles_of_file(file, settings, layout);
  } catch (const PictureProblem& problem) {
    outcome.reason = problem.what();
  } catch (const std::bad_alloc&) {
    outcome.reason = "needs more memory than there is";
  }
  return outcome;
}

[[noreturn]] void nothing_usable(const LibrarySettings& settings,
                                 const std::vector<SkippedInput>& skipped) {
  std::string what = "tile pool '" + settings.tiles.string() + "' holds no usable photo";
  if (!skipped.empty()) {
    what += " (" + std::to_string(skipped.size()) + " skipped; the first: " + skipped[0].name +
            ": " + skipped[0].reason + ")";
  }
  throw InputError(what,
                   "Give --tiles a folder with JPEG, PNG, TIFF, WebP, GIF, HEIF or AVIF "
                   "photos, or a video.");
}

}  // namespace

int variants_per_photo(const LibrarySettings& settings) {
  return 1 + (settings.mirror ? 1 : 0) + (settings.bright ? 2 : 0) + settings.hue;
}

PhotoTiles describe_photo(const RgbImage& tile, const LibrarySettings& settings, int features_k) {
  PhotoTiles out;
  describe_tile(tile, features_k, out);
  if (settings.mirror) describe_tile(mirrored(tile), features_k, out);
  if (settings.bright) {
    describe_tile(brightened(tile, -1), features_k, out);
    describe_tile(brightened(tile, +1), features_k, out);
  }
  for (int step = 1; step <= settings.hue; ++step) {
    describe_tile(hue_rotated(tile, step, settings.hue + 1), features_k, out);
  }
  return out;
}

void LibraryArrays::reserve(std::size_t photos) {
  const std::size_t tiles = photos * static_cast<std::size_t>(variants_);
  records_.reserve(photos);
  all_.features.reserve(tiles * layout_.feature_bytes());
  all_.luma.reserve(tiles * layout_.luma_bytes());
  all_.rgb.reserve(tiles * layout_.rgb_bytes());
  all_.color_sums.reserve(tiles);
}

void LibraryArrays::add(PhotoRecord record, const PhotoTiles& tiles) {
  records_.push_back(std::move(record));
  append(all_.features, tiles.features);
  append(all_.luma, tiles.luma);
  append(all_.rgb, tiles.rgb);
  all_.color_sums.insert(all_.color_sums.end(), tiles.color_sums.begin(), tiles.color_sums.end());
}

LibraryData LibraryArrays::take(std::vector<SkippedInput> skipped, std::uint64_t source_key) && {
  const auto owner = std::make_shared<const PhotoTiles>(std::move(all_));
  LibraryData data;
  data.layout = layout_;
  data.variants = variants_;
  data.photos = std::move(records_);
  data.skipped = std::move(skipped);
  data.source_key = source_key;
  data.features = owner->features;
  data.luma = owner->luma;
  data.rgb = owner->rgb;
  data.color_sums = owner->color_sums;
  data.owner = owner;
  data.fingerprint = content_fingerprint(data);
  return data;
}

BuildProgress::BuildProgress(const RenderObserver& observer, std::int64_t total)
    : observer_(observer), total_(total), begin_(std::chrono::steady_clock::now()), told_(begin_) {}

void BuildProgress::add(std::int64_t photos) {
  observer_.throw_if_stopped();
  done_ += photos;
  if (done_ == total_ || std::chrono::steady_clock::now() - told_ >= std::chrono::milliseconds(100))
    tell();
}

void BuildProgress::tell() {
  if (!observer_.progress) return;
  told_ = std::chrono::steady_clock::now();
  const std::chrono::duration<double> elapsed = told_ - begin_;
  observer_.progress({"index", done_, total_, elapsed.count()});
}

LibraryData build_from_folder(const PoolListing& listing, const LibrarySettings& settings,
                              TileLayout layout, std::uint64_t source_key, ThreadPool& pool,
                              const RenderObserver& observer) {
  LibraryArrays arrays(layout, variants_per_photo(settings));
  arrays.reserve(listing.files.size());
  std::vector<SkippedInput> skipped = listing.skipped;
  BuildProgress progress(observer, static_cast<std::int64_t>(listing.files.size()));
  std::mutex progress_mutex;
  std::int64_t ignored = 0;
  // Photos are decoded in batches and appended in the order of the listing, so that neither the
  // number of threads nor their luck shows in the result, and failures leave no holes.
  constexpr std::size_t kBatch = 512;
  for (std::size_t first = 0; first < listing.files.size(); first += kBatch) {
    std::vector<Outcome> outcomes(std::min(kBatch, listing.files.size() - first));
    pool.parallel_for(outcomes.size(), 1, [&](std::size_t begin, std::size_t end) {
      for (std::size_t i = begin; i < end; ++i) {
        outcomes[i] = process(listing.files[first + i], settings, layout);
      }
      release_thread_caches();
      const std::scoped_lock lock(progress_mutex);
      progress.add(static_cast<std::int64_t>(end - begin));
    });
    for (std::size_t i = 0; i < outcomes.size(); ++i) {
      const PoolFile& file = listing.files[first + i];
      if (outcomes[i].tiles) {
        arrays.add({file.name, file.size, file.mtime_ns}, *outcomes[i].tiles);
      } else if (!outcomes[i].reason.empty()) {
        skipped.push_back({file.name, outcomes[i].reason});
      } else {
        ++ignored;
      }
    }
  }
  std::ranges::stable_sort(skipped, {}, &SkippedInput::name);
  if (observer.info && ignored > 0) {
    observer.info(std::to_string(ignored) + " files in the tile pool are no pictures: ignored");
  }
  if (observer.info && listing.repeated > 0) {
    observer.info(std::to_string(listing.repeated) +
                  " files in the tile pool are further names of the same file: used once");
  }
  if (arrays.photos() == 0) nothing_usable(settings, skipped);
  return std::move(arrays).take(std::move(skipped), source_key);
}

}  // namespace mosaic
