#include "core/written_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "core/output_file.hpp"

namespace mosaic {

namespace fs = std::filesystem;

WrittenFile::WrittenFile(fs::path path, Mode mode, fs::path shown)
    : path_(std::move(path)), shown_(shown.empty() ? path_ : std::move(shown)) {
  const int how = mode == Mode::create ? O_TRUNC : O_APPEND;
  fd_ = ::open(path_.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | how, 0666);
  if (fd_ < 0) fail("cannot write");
}

WrittenFile::~WrittenFile() {
  if (fd_ >= 0) ::close(fd_);
}

void WrittenFile::fail(const char* what) const { throw output_error(what, shown_, errno); }

void WrittenFile::write(std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(fd_, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) fail("cannot write");
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
}

void WrittenFile::write(std::string_view text) { write(std::as_bytes(std::span(text))); }

void WrittenFile::truncate(std::uint64_t bytes) {
  if (::ftruncate(fd_, static_cast<off_t>(bytes)) != 0) fail("cannot shorten");
}

void WrittenFile::sync() {
  if (::fsync(fd_) != 0) fail("cannot sync");
}

void WrittenFile::close() {
  sync();
  const int fd = std::exchange(fd_, -1);
  if (::close(fd) != 0) fail("cannot close");
}

}  // namespace mosaic
