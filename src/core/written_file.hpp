// Writing with every result looked at.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string_view>

namespace mosaic {

/// A file that is written from its start or its end on, without a buffer: what fails says so in the
/// call that it fails in. Throws output_error() with the system's reason, which is lost behind a
/// stream.
class WrittenFile {
 public:
  enum class Mode { create, append };
  /// `shown`: the name that errors speak of, where the file has a temporary one; empty: `path`.
  WrittenFile(std::filesystem::path path, Mode mode, std::filesystem::path shown = {});
  ~WrittenFile();  ///< closes; what matters was synced
  WrittenFile(const WrittenFile&) = delete;
  WrittenFile& operator=(const WrittenFile&) = delete;

  void write(std::span<const std::byte> bytes);
  void write(std::string_view text);
  /// Cuts the file off behind its first `bytes`.
  void truncate(std::uint64_t bytes);
  void sync();
  /// Syncs and closes.
  void close();

 private:
  [[noreturn]] void fail(const char* what) const;
  std::filesystem::path path_;
  std::filesystem::path shown_;
  int fd_ = -1;
};

}  // namespace mosaic
