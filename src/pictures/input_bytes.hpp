// Reading a file that may be anything: never blocks on a FIFO, never follows a surprise.
#pragma once

#include <cstddef>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <vector>

namespace mosaic {

/// Why one picture cannot be used: a clause without a full stop, shown behind "name: ".
class PictureProblem : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Largest file read into memory; no photograph comes near it.
inline constexpr std::size_t kMaxPictureFileBytes = std::size_t{1} << 30;

enum class Links { follow, refuse };

/// Opens regular files only and reads them in pieces. O_NONBLOCK makes opening a FIFO return at
/// once; the type is then read from the open descriptor, so nothing can change in between.
class InputBytes {
 public:
  InputBytes(const std::filesystem::path& path, Links links);
  ~InputBytes();
  InputBytes(const InputBytes&) = delete;
  InputBytes& operator=(const InputBytes&) = delete;

  /// The first bytes, at most `count`.
  [[nodiscard]] std::vector<std::byte> head(std::size_t count) const;
  /// The whole file. Throws PictureProblem above kMaxPictureFileBytes or when it shrinks meanwhile.
  [[nodiscard]] std::vector<std::byte> all() const;

 private:
  [[nodiscard]] std::vector<std::byte> read_at_start(std::size_t count) const;

  int descriptor_ = -1;
  std::size_t size_ = 0;
};

/// The system's words for an errno value.
std::string system_reason(int error);

/// "a FIFO", "a folder", ... from st_mode; for messages.
std::string file_type_name(unsigned mode);

}  // namespace mosaic
