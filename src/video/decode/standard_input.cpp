#include "video/decode/standard_input.hpp"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>
#include <new>

#include "video/decode/container_tail.hpp"

namespace mosaic {

namespace {

constexpr std::size_t kHeadBytes = 4096;
/// Twice what is read at once, as FFmpeg has it for pipes: demuxers go back a little.
constexpr int kBufferBytes = 1 << 16;

/// Bytes read, AVERROR_EOF, or another AVERROR. Another program that has the same pipe may have
/// told it not to wait, so that is done here.
int read_some(char* to, std::size_t most) {
  ssize_t count = -1;
  for (;;) {
    count = ::read(STDIN_FILENO, to, most);
    if (count >= 0 || (errno != EINTR && errno != EAGAIN)) break;
    if (errno == EAGAIN) {
      pollfd input{STDIN_FILENO, POLLIN, 0};
      ::poll(&input, 1, -1);
    }
  }
  if (count == 0) return AVERROR_EOF;
  return count < 0 ? AVERROR(errno) : static_cast<int>(count);
}

}  // namespace

StandardInput::StandardInput() {
  // A writer may hand over its first bytes one by one.
  constexpr std::size_t kEnoughToTell = 16;
  head_.reserve(kHeadBytes);
  tail_.reserve(2 * kTailBytes + kBufferBytes);
  std::string bytes(kHeadBytes, '\0');
  while (ahead_.size() < kEnoughToTell && failure_ == 0) {
    const int count = read_some(bytes.data(), bytes.size() - ahead_.size());
    if (count < 0) {
      failure_ = count;
    } else {
      ahead_.append(bytes, 0, static_cast<std::size_t>(count));
    }
  }
}

AVIOContext* StandardInput::open() {
  auto self = std::make_unique<StandardInput>();
  auto* buffer = static_cast<unsigned char*>(av_malloc(kBufferBytes));
  AVIOContext* context = buffer == nullptr ? nullptr
                                           : avio_alloc_context(buffer, kBufferBytes, 0, self.get(),
                                                                &read, nullptr, nullptr);
  if (context == nullptr) {
    av_free(buffer);
    throw std::bad_alloc();
  }
  static_cast<void>(self.release());  // close_standard_input() has it now
  return context;
}

const StandardInput& StandardInput::of(const AVFormatContext& container) {
  return *static_cast<const StandardInput*>(container.pb->opaque);
}

int StandardInput::read(void* self, std::uint8_t* to, int most) {
  auto& input = *static_cast<StandardInput*>(self);
  int count = 0;
  if (!input.ahead_.empty()) {
    count = std::min(most, static_cast<int>(input.ahead_.size()));
    std::memcpy(to, input.ahead_.data(), static_cast<std::size_t>(count));
    input.ahead_.erase(0, static_cast<std::size_t>(count));
  } else if (input.failure_ != 0) {
    return input.failure_;
  } else {
    count = read_some(reinterpret_cast<char*>(to), static_cast<std::size_t>(most));
  }
  if (count <= 0) return count;
  try {
    input.remember({reinterpret_cast<const char*>(to), static_cast<std::size_t>(count)});
  } catch (const std::bad_alloc&) {
    return AVERROR(ENOMEM);  // FFmpeg's functions above are no place for an exception
  }
  return count;
}

void StandardInput::remember(std::string_view bytes) {
  head_.append(bytes.substr(0, kHeadBytes - std::min(kHeadBytes, head_.size())));
  tail_.append(bytes);
  // Not at every read: moving two megabytes for a few bytes more would take longer than reading.
  if (tail_.size() > 2 * kTailBytes) tail_.erase(0, tail_.size() - kTailBytes);
}

void close_standard_input(AVIOContext* context) {
  if (context == nullptr) return;
  delete static_cast<StandardInput*>(context->opaque);
  av_freep(&context->buffer);
  avio_context_free(&context);
}

}  // namespace mosaic
