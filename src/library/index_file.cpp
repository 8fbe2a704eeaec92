#include "library/index_file.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <memory>
#include <system_error>
#include <utility>

#include "core/hash.hpp"
#include "pictures/input_bytes.hpp"

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

/// Of a file that may be an index: a clause, or nothing when it may be one.
std::string foreign_kind(const struct stat& info) {
  if (!S_ISREG(info.st_mode)) return "is " + file_type_name(info.st_mode) + ", not a tile index";
  if (info.st_size == 0) return "is an empty file, not a tile index";
  return {};
}

IndexOnDisk::State state_of_bad(std::span<const std::byte> head) {
  return is_index_file(head) ? IndexOnDisk::State::damaged : IndexOnDisk::State::foreign;
}

IndexOnDisk read_whole(int file, std::size_t size) {
  const auto mapping = std::make_shared<const Mapping>(file, size);
  if (!mapping->mapped()) {
    return {IndexOnDisk::State::foreign, {}, "cannot be mapped: " + system_reason(errno)};
  }
  ParsedIndex parsed = parse_index(mapping->bytes(), mapping);
  if (parsed.data) return {IndexOnDisk::State::usable, std::move(*parsed.data), {}};
  return {state_of_bad(mapping->bytes()), {}, std::move(parsed.problem)};
}

IndexGlance read_head(int file, std::size_t size) {
  std::array<std::byte, kIndexHeaderBytes> head{};
  std::size_t got = 0;
  while (got < head.size()) {
    const ssize_t more = pread(file, head.data() + got, head.size() - got, static_cast<off_t>(got));
    if (more < 0 && errno == EINTR) continue;
    if (more < 0) {
      return {IndexOnDisk::State::foreign, {}, "cannot be read: " + system_reason(errno)};
    }
    if (more == 0) break;
    got += static_cast<std::size_t>(more);
  }
  const auto read = std::span<const std::byte>(head).first(got);
  ParsedIndexHeader parsed = parse_index_header(read, size);
  if (parsed.header) return {IndexOnDisk::State::usable, *parsed.header, {}};
  return {state_of_bad(read), {}, std::move(parsed.problem)};
}

/// `Found`: what `read`, given the open file and its size, makes of one that may be an index.
template <class Found, class Read>
Found look_into(const std::filesystem::path& path, const Read& read) {
  const int file = open(path.c_str(), O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
  if (file < 0) {
    if (errno == ENOENT) return {};
    return {IndexOnDisk::State::foreign, {}, "cannot be opened: " + system_reason(errno)};
  }
  Found found;
  struct stat info {};
  if (fstat(file, &info) != 0) {
    found = {IndexOnDisk::State::foreign, {}, system_reason(errno)};
  } else if (std::string kind = foreign_kind(info); !kind.empty()) {
    found = {IndexOnDisk::State::foreign, {}, std::move(kind)};
  } else {
    found = read(file, static_cast<std::size_t>(info.st_size));
  }
  close(file);
  return found;
}

}  // namespace

IndexOnDisk open_index(const std::filesystem::path& path) {
  return look_into<IndexOnDisk>(path, read_whole);
}

IndexGlance glance_at_index(const std::filesystem::path& path) {
  return look_into<IndexGlance>(path, read_head);
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
