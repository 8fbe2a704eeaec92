#include "library/index_file.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <memory>
#include <system_error>
#include <utility>

#include "core/hash.hpp"
#include "library/input_bytes.hpp"

namespace mosaic {

namespace {

/// A read-only view of a file. Our index files are replaced by rename, never changed in place, so
/// the view stays whole while another run rebuilds the file.
class Mapping {
 public:
  Mapping(int file, std::size_t size)
      : size_(size), base_(mmap(nullptr, size, PROT_READ, MAP_PRIVATE | MAP_POPULATE, file, 0)) {}
  ~Mapping() {
    if (mapped()) munmap(base_, size_);
  }
  Mapping(const Mapping&) = delete;
  Mapping& operator=(const Mapping&) = delete;

  [[nodiscard]] bool mapped() const { return base_ != MAP_FAILED; }
  [[nodiscard]] std::span<const std::byte> bytes() const {
    return {static_cast<const std::byte*>(base_), size_};
  }

 private:
  std::size_t size_;
  void* base_;
};

IndexOnDisk read_open_file(int file) {
  using State = IndexOnDisk::State;
  struct stat info {};
  if (fstat(file, &info) != 0) return {State::foreign, {}, system_reason(errno)};
  if (!S_ISREG(info.st_mode)) {
    return {State::foreign, {}, "is " + file_type_name(info.st_mode) + ", not a tile index"};
  }
  if (info.st_size == 0) return {State::foreign, {}, "is an empty file, not a tile index"};
  const auto mapping =
      std::make_shared<const Mapping>(file, static_cast<std::size_t>(info.st_size));
  if (!mapping->mapped()) return {State::foreign, {}, "cannot be mapped: " + system_reason(errno)};
  ParsedIndex parsed = parse_index(mapping->bytes(), mapping);
  if (parsed.data) return {State::usable, std::move(*parsed.data), {}};
  const State state = is_index_file(mapping->bytes()) ? State::damaged : State::foreign;
  return {state, {}, std::move(parsed.problem)};
}

}  // namespace

IndexOnDisk open_index(const std::filesystem::path& path) {
  const int file = open(path.c_str(), O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
  if (file < 0) {
    if (errno == ENOENT) return {};
    return {IndexOnDisk::State::foreign, {}, "cannot be opened: " + system_reason(errno)};
  }
  IndexOnDisk result = read_open_file(file);
  close(file);
  return result;
}

std::optional<std::filesystem::path> cached_index_path(const LibrarySettings& settings,
                                                       TileLayout layout) {
  std::filesystem::path base;
  // The XDG base directory specification has relative values ignored.
  if (const char* cache = std::getenv("XDG_CACHE_HOME"); cache != nullptr && *cache == '/') {
    base = cache;
  } else if (const char* home = std::getenv("HOME"); home != nullptr && *home == '/') {
    base = std::filesystem::path(home) / ".cache";
  } else {
    return std::nullopt;
  }
  std::error_code error;
  const std::filesystem::path pool = std::filesystem::canonical(settings.tiles, error);
  if (error) return std::nullopt;
  Hasher name;
  name.text(pool.native()).number(layout.tile_size_px).number(layout.features_k);
  name.number(settings.mirror ? 1 : 0).number(settings.bright ? 1 : 0).number(settings.tile_step);
  name.number(settings.hue);
  return base / "mosaic-temporal" / (hex64(name.digest()) + ".mti");
}

}  // namespace mosaic
