// Preloaded into a program: after $QUOTA_BYTES bytes into files under $QUOTA_FOLDER every further
// write there fails as it does for a user whose quota is used up; $QUOTA_USED is a file that is
// told how many there were. A real quota needs root. Once $SYNC_FAILS_WITH exists, no folder can be
// synced.
#include <dlfcn.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <string_view>

namespace {

std::atomic<long long> used;

bool refuse(int file, std::size_t bytes) {
  const char* const folder = std::getenv("QUOTA_FOLDER");
  const char* const limit = std::getenv("QUOTA_BYTES");
  if (folder == nullptr || limit == nullptr) return false;
  const int before = errno;
  char link[64];
  char path[4096];
  std::snprintf(link, sizeof link, "/proc/self/fd/%d", file);
  const ssize_t length = readlink(link, path, sizeof path);
  errno = before;
  if (length <= 0) return false;
  if (!std::string_view(path, static_cast<std::size_t>(length)).starts_with(folder)) return false;
  const auto count = static_cast<long long>(bytes);
  if (used.fetch_add(count) + count <= std::atoll(limit)) return false;
  errno = EDQUOT;
  return true;
}

__attribute__((destructor)) void tell() {
  const char* const name = std::getenv("QUOTA_USED");
  std::FILE* const file = name == nullptr ? nullptr : std::fopen(name, "w");
  if (file == nullptr) return;
  std::fprintf(file, "%lld\n", used.load());
  std::fclose(file);
}

/// What the C library has under the name of one of the functions below.
template <class Function>
Function* next(const char* name) {
  return reinterpret_cast<Function*>(dlsym(RTLD_NEXT, name));
}

}  // namespace

extern "C" {

ssize_t write(int file, const void* bytes, size_t count) {
  static auto* const real = next<ssize_t(int, const void*, size_t)>("write");
  return refuse(file, count) ? -1 : real(file, bytes, count);
}

ssize_t writev(int file, const iovec* parts, int count) {
  static auto* const real = next<ssize_t(int, const iovec*, int)>("writev");
  std::size_t bytes = 0;
  for (int i = 0; i < count; ++i) bytes += parts[i].iov_len;
  return refuse(file, bytes) ? -1 : real(file, parts, count);
}

ssize_t pwrite(int file, const void* bytes, size_t count, off_t at) {
  static auto* const real = next<ssize_t(int, const void*, size_t, off_t)>("pwrite");
  return refuse(file, count) ? -1 : real(file, bytes, count, at);
}

ssize_t pwrite64(int file, const void* bytes, size_t count, off64_t at) {
  static auto* const real = next<ssize_t(int, const void*, size_t, off64_t)>("pwrite64");
  return refuse(file, count) ? -1 : real(file, bytes, count, at);
}

int fsync(int file) {
  static auto* const real = next<int(int)>("fsync");
  const char* const path = std::getenv("SYNC_FAILS_WITH");
  struct stat folder {};
  if (path == nullptr || access(path, F_OK) != 0 || fstat(file, &folder) != 0 ||
      !S_ISDIR(folder.st_mode)) {
    return real(file);
  }
  errno = EIO;
  return -1;
}

size_t fwrite(const void* bytes, size_t size, size_t count, std::FILE* stream) {
  static auto* const real = next<size_t(const void*, size_t, size_t, std::FILE*)>("fwrite");
  return refuse(fileno(stream), size * count) ? 0 : real(bytes, size, count, stream);
}
}
