// System calls on files with every result looked at.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <span>
#include <string>

namespace mosaic {

/// A file that is written from its start or its end on. Throws OutputError with the system's
/// reason.
class WrittenFile {
 public:
  enum class Mode { create, append };
  WrittenFile(std::filesystem::path path, Mode mode);
  ~WrittenFile();  ///< closes; what matters was synced
  WrittenFile(const WrittenFile&) = delete;
  WrittenFile& operator=(const WrittenFile&) = delete;

  void write(std::span<const std::byte> bytes);
  /// Cuts the file off behind its first `bytes`.
  void truncate(std::uint64_t bytes);
  void sync();
  /// Syncs and closes.
  void close();

 private:
  [[noreturn]] void fail(const char* what) const;
  std::filesystem::path path_;
  int fd_ = -1;
};

/// Hands a file's bytes over in pieces; false when it cannot be opened or read to its end.
bool read_file(const std::filesystem::path& path,
               const std::function<void(std::span<const std::byte>)>& take);

/// The whole of a small file; empty when it cannot be read.
std::string read_small_file(const std::filesystem::path& path);

/// ".<name><suffix>" beside `path`, with the name cut so that it fits into a file name. A folder is
/// meant without its last slash.
std::filesystem::path hidden_beside(const std::filesystem::path& path, const std::string& suffix);

}  // namespace mosaic
