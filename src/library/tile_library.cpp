#include "library/tile_library.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <system_error>
#include <utility>

#include "core/hash.hpp"
#include "core/output_file.hpp"
#include "library/folder_listing.hpp"
#include "library/index_file.hpp"
#include "library/library_data.hpp"
#include "library/photo_memory.hpp"
#include "library/pool_filter.hpp"
#include "library/pool_survey.hpp"
#include "library/tile_builder.hpp"
#include "library/video_pool.hpp"
#include "mosaic/error.hpp"
#include "pictures/input_bytes.hpp"
#include "pictures/picture_decoder.hpp"
#include "pictures/picture_kind.hpp"
#include "video/frame_source.hpp"

namespace mosaic {

namespace {

/// The pool as it is now, and the key an index of it must carry to be used.
struct Source {
  bool video = false;
  PoolListing listing;  // of a folder; for a video its one file
  std::uint64_t key = 0;
};

void check_request(const LibrarySettings& settings, TileLayout layout) {
  if (layout.tile_size_px < 1 || layout.tile_size_px > 1024) {
    throw UsageError("tile size " + std::to_string(layout.tile_size_px) + " is not in 1-1024");
  }
  if (layout.features_k < 1 || layout.features_k > 8) {
    throw UsageError("features " + std::to_string(layout.features_k) + " is not in 1-8");
  }
  if (settings.tile_step < 1) {
    throw UsageError("tile step " + std::to_string(settings.tile_step) + " is not positive");
  }
}

/// Note [Reuse key]
/// An index may be used when it was made from the same files (names, sizes, modification times,
/// readability), with the same settings, by the same decoder. The pool's own path is not part of
/// the key: a pool may be moved together with its index.
std::uint64_t source_key(const Source& source, const LibrarySettings& settings, TileLayout layout) {
  Hasher hasher;
  hasher.number(kIndexVersion).text(decoder_version());
  hasher.number(layout.tile_size_px).number(layout.features_k);
  hasher.number(settings.mirror ? 1 : 0).number(settings.bright ? 1 : 0).number(settings.hue);
  hasher.number(source.video ? settings.tile_step : 0);
  source.listing.feed(hasher);
  return hasher.digest();
}

/// Looks at the pool. Throws InputError when it is missing or can be neither folder nor video.
Source examine(const LibrarySettings& settings, TileLayout layout) {
  Source source;
  struct stat info {};
  if (stat(settings.tiles.c_str(), &info) != 0) {
    throw InputError(
        "tile pool '" + settings.tiles.string() + "' cannot be opened: " + system_reason(errno),
        "Give --tiles a folder of photos or a video.");
  }
  if (S_ISDIR(info.st_mode)) {
    source.listing = list_pool_folder(settings.tiles);
  } else if (S_ISREG(info.st_mode)) {
    source.video = true;
    source.listing.files.push_back(
        describe_pool_file(settings.tiles, settings.tiles.filename().string()));
  } else {
    throw InputError("tile pool '" + settings.tiles.string() + "' is " +
                         file_type_name(info.st_mode) + ", neither a folder nor a video",
                     "Give --tiles a folder of photos or a video.");
  }
  source.key = source_key(source, settings, layout);
  return source;
}

void refuse_single_picture(const std::filesystem::path& path) {
  PictureKind kind = PictureKind::none;
  try {
    kind = sniff_picture(InputBytes(path, Links::follow).head(kSniffBytes));
  } catch (const PictureProblem& problem) {
    throw InputError("tile pool '" + path.string() + "': " + problem.what());
  }
  // A GIF may well be an animation, which makes a pool.
  if (kind != PictureKind::none && kind != PictureKind::gif) {
    throw InputError("tile pool '" + path.string() + "' is a single picture",
                     "Give --tiles a folder of photos or a video.");
  }
}

LibraryData build(const Source& source, const LibrarySettings& settings, TileLayout layout,
                  ThreadPool& pool, const RenderObserver& observer) {
  if (source.video) {
    refuse_single_picture(settings.tiles);
    return build_from_video(settings, layout, source.key, pool, observer);
  }
  return build_from_folder(source.listing, settings, layout, source.key, pool, observer);
}

/// `index`: IndexHeader, or LibraryData of one.
template <class Index>
bool fits(IndexOnDisk::State state, const Index& index, const Source& source,
          const LibrarySettings& settings, TileLayout layout) {
  return state == IndexOnDisk::State::usable && index.source_key == source.key &&
         index.layout.tile_size_px == layout.tile_size_px &&
         index.layout.features_k == layout.features_k &&
         index.variants == variants_per_photo(settings);
}

/// --index names the user's own file: what is not ours is left alone.
template <class Found>
void refuse_foreign(const std::filesystem::path& path, const Found& found) {
  if (found.state != IndexOnDisk::State::foreign) return;
  throw InputError("index '" + path.string() + "' " + found.problem + "; it is left as it is",
                   "Name another file, or remove this one.");
}

/// --index: the user's own file.
LibraryData open_named(const std::filesystem::path& path, const Source& source,
                       const LibrarySettings& settings, TileLayout layout, ThreadPool& pool,
                       const RenderObserver& observer, LibraryOrigin& origin) {
  origin.index = path;
  IndexOnDisk found = open_index(path);
  if (fits(found.state, found.data, source, settings, layout)) {
    origin.reused = true;
    return std::move(found.data);
  }
  refuse_foreign(path, found);
  if (found.state == IndexOnDisk::State::damaged) {
    tell(observer.warning, "index '" + path.string() + "' " + found.problem + "; it is rebuilt");
  }
  OutputFile output(path, true);  // fails before the photos are decoded, not after
  LibraryData data = build(source, settings, layout, pool, observer);
  write_index(data, output.temporary());
  output.commit();
  return data;
}

/// Writes into the cache where possible; a run does not fail for want of a cache.
void store_in_cache(const LibraryData& data, const std::filesystem::path& path,
                    const RenderObserver& observer, LibraryOrigin& origin) {
  try {
    OutputFile output(path, true);
    write_index(data, output.temporary());
    output.commit();
    origin.index = path;
  } catch (const OutputError& error) {
    tell(observer.info, std::string("the tile index is kept in memory: ") + error.what());
  }
}

LibraryData open_cached(const Source& source, const LibrarySettings& settings, TileLayout layout,
                        ThreadPool& pool, const RenderObserver& observer, LibraryOrigin& origin) {
  const auto path = cached_index_path(settings, layout);
  if (!path) {
    tell(observer.info,
         "the tile index is kept in memory: neither XDG_CACHE_HOME nor HOME names a folder");
    return build(source, settings, layout, pool, observer);
  }
  IndexOnDisk found = open_index(*path);
  if (fits(found.state, found.data, source, settings, layout)) {
    origin.reused = true;
    origin.index = *path;
    return std::move(found.data);
  }
  if (!found.problem.empty()) {
    tell(observer.warning,
         "cached index '" + path->string() + "' " + found.problem + "; it is rebuilt");
  }
  LibraryData data = build(source, settings, layout, pool, observer);
  std::error_code ignored;  // OutputFile reports a folder that could not be made
  std::filesystem::create_directories(path->parent_path(), ignored);
  store_in_cache(data, *path, observer, origin);
  return data;
}

}  // namespace

PoolSurvey survey_pool(const LibrarySettings& settings, int tile_size_px, int features_k,
                       const RenderObserver& observer) {
  const TileLayout layout{tile_size_px, features_k};
  check_request(settings, layout);
  const Source source = examine(settings, layout);
  PoolSurvey survey;
  survey.variants = variants_per_photo(settings);
  survey.video = source.video;
  const auto path = settings.index ? settings.index : cached_index_path(settings, layout);
  if (path) {
    const IndexGlance found = glance_at_index(*path);
    if (settings.index) refuse_foreign(*path, found);
    survey.ready = fits(found.state, found.header, source, settings, layout);
    if (survey.ready) survey.photos = found.header.photos;
  }
  if (survey.ready) return survey;
  if (!source.video) {
    survey.photos = static_cast<std::int64_t>(source.listing.files.size());
    survey.photo_bytes = photo_bytes(source.listing);
    for (const PoolFile& file : source.listing.files) survey.folder_bytes += file.size;
    return survey;
  }
  refuse_single_picture(settings.tiles);
  const SourceInfo info = open_frame_source(settings.tiles, {}, {})->info();
  survey.frame_bytes =
      static_cast<std::uint64_t>(static_cast<double>(info.size.area()) * info.decoder_bytes_per_px);
  // A file that does not tell its length is read once more: its tiles may be most of the memory.
  const std::int64_t frames = info.frames_estimate > 0
                                  ? info.frames_estimate
                                  : count_video_frames(settings.tiles, observer);
  if (frames > 0) survey.photos = (frames + settings.tile_step - 1) / settings.tile_step;
  return survey;
}

std::uint64_t bytes_per_tile(int tile_size_px, int features_k) {
  const TileLayout layout{tile_size_px, features_k};
  return layout.feature_bytes() + layout.luma_bytes() + layout.rgb_bytes() + sizeof(ColorSums);
}

std::unique_ptr<TileLibrary> sample_library(const LibrarySettings& settings, int tile_size_px,
                                            int features_k, int photos, ThreadPool& pool,
                                            const RenderObserver& observer) {
  const TileLayout layout{tile_size_px, features_k};
  const PoolListing all = list_pool_folder(settings.tiles);
  for (std::size_t wanted = static_cast<std::size_t>(photos);; wanted *= 4) {
    PoolListing some;
    const std::size_t count = std::min(wanted, all.files.size());
    for (std::size_t i = 0; i < count; ++i) {
      some.files.push_back(all.files[i * all.files.size() / count]);
    }
    try {
      return make_tile_library(
          filtered(build_from_folder(some, settings, layout, 0, pool, observer), settings, pool));
    } catch (const InputError&) {
      if (count == all.files.size()) throw;  // there is no more to try
    }
  }
}

std::unique_ptr<TileLibrary> open_tile_library(const LibrarySettings& settings, int tile_size_px,
                                               int features_k, ThreadPool& pool,
                                               const RenderObserver& observer,
                                               LibraryOrigin* origin) {
  const TileLayout layout{tile_size_px, features_k};
  check_request(settings, layout);
  const Source source = examine(settings, layout);
  LibraryOrigin where;
  LibraryData data =
      settings.index ? open_named(*settings.index, source, settings, layout, pool, observer, where)
                     : open_cached(source, settings, layout, pool, observer, where);
  if (origin != nullptr) *origin = where;
  return make_tile_library(filtered(std::move(data), settings, pool));
}

IndexSummary build_index(const LibrarySettings& settings, int tile_size_px, int features_k,
                         const std::filesystem::path& output, bool force, ThreadPool& pool,
                         const RenderObserver& observer) {
  const auto begin = std::chrono::steady_clock::now();
  const TileLayout layout{tile_size_px, features_k};
  check_request(settings, layout);
  if (force) refuse_foreign(output, glance_at_index(output));
  OutputFile file(output, force);
  const Source source = examine(settings, layout);
  const LibraryData data = build(source, settings, layout, pool, observer);
  IndexSummary summary;
  summary.bytes = write_index(data, file.temporary());
  file.commit();
  summary.photos = static_cast<int>(data.photos.size());
  summary.variants = data.variants;
  summary.skipped = data.skipped;
  summary.fingerprint = data.fingerprint;
  const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - begin;
  summary.elapsed_s = elapsed.count();
  return summary;
}

}  // namespace mosaic
