#include "pictures/input_bytes.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

namespace mosaic {

std::string system_reason(int error) { return std::generic_category().message(error); }

std::string file_type_name(unsigned mode) {
  if (S_ISDIR(mode)) return "a folder";
  if (S_ISFIFO(mode)) return "a FIFO";
  if (S_ISSOCK(mode)) return "a socket";
  if (S_ISCHR(mode) || S_ISBLK(mode)) return "a device";
  if (S_ISLNK(mode)) return "a symbolic link";
  return "no regular file";
}

InputBytes::InputBytes(const std::filesystem::path& path, Links links) {
  // Opening a device can have effects of its own (rewinding a tape), so look before as well.
  struct stat before {};
  const bool follow = links == Links::follow;
  if (fstatat(AT_FDCWD, path.c_str(), &before, follow ? 0 : AT_SYMLINK_NOFOLLOW) != 0) {
    throw PictureProblem("cannot be opened: " + system_reason(errno));
  }
  if (!S_ISREG(before.st_mode)) {
    throw PictureProblem(file_type_name(before.st_mode) + ", not a regular file");
  }
  descriptor_ =
      open(path.c_str(), O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC | (follow ? 0 : O_NOFOLLOW));
  if (descriptor_ < 0) throw PictureProblem("cannot be opened: " + system_reason(errno));
  struct stat now {};
  if (fstat(descriptor_, &now) != 0 || !S_ISREG(now.st_mode)) {
    close(descriptor_);
    throw PictureProblem("no longer a regular file");
  }
  size_ = static_cast<std::size_t>(now.st_size);
}

InputBytes::~InputBytes() { close(descriptor_); }

std::vector<std::byte> InputBytes::read_at_start(std::size_t count) const {
  std::vector<std::byte> bytes(std::min(count, size_));
  std::size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t got =
        pread(descriptor_, bytes.data() + done, bytes.size() - done, static_cast<off_t>(done));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw PictureProblem("cannot be read: " + system_reason(errno));
    if (got == 0) throw PictureProblem("shrank while it was being read");
    done += static_cast<std::size_t>(got);
  }
  return bytes;
}

std::vector<std::byte> InputBytes::head(std::size_t count) const { return read_at_start(count); }

std::vector<std::byte> InputBytes::all() const {
  if (size_ > kMaxPictureFileBytes) throw PictureProblem("file larger than 1 GiB");
  return read_at_start(size_);
}

}  // namespace mosaic
