// Owners of memory on the card and of pinned memory on the host. Move-only; made at set-up, so that
// the frame loop allocates nothing.
#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <type_traits>
#include <utility>

#include "cuda/stream.hpp"

namespace mosaic::gpu {

/// Puts a copy between the card and pinned memory on the stream.
inline void copy(void* to, const void* from, std::size_t bytes, cudaMemcpyKind kind,
                 const Stream& stream, Place place = Place::here()) {
  if (bytes == 0) return;
  const char* const what =
      kind == cudaMemcpyHostToDevice ? "a copy to the card" : "a copy from the card";
  stream.begin(what);
  check(cudaMemcpyAsync(to, from, bytes, kind, stream.get()), what, place);
  stream.end();
}

/// Memory that copies to and from the card reach without the driver's help.
template <class T>
class PinnedBuffer {
  static_assert(std::is_trivially_copyable_v<T>);

 public:
  PinnedBuffer() = default;
  PinnedBuffer(Device& device, std::size_t count, const char* what, Place place = Place::here())
      : count_(count),
        data_(count == 0
                  ? nullptr
                  : static_cast<T*>(device.allocate_pinned(count * sizeof(T), what, place))) {}
  ~PinnedBuffer() {
    if (data_ != nullptr) static_cast<void>(cudaFreeHost(data_));  // 0 is an error to it
  }
  PinnedBuffer(PinnedBuffer&& other) noexcept
      : count_(std::exchange(other.count_, 0)), data_(std::exchange(other.data_, nullptr)) {}
  PinnedBuffer& operator=(PinnedBuffer&& other) noexcept {
    std::swap(count_, other.count_);
    std::swap(data_, other.data_);
    return *this;
  }
  PinnedBuffer(const PinnedBuffer&) = delete;
  PinnedBuffer& operator=(const PinnedBuffer&) = delete;

  [[nodiscard]] T* data() const { return data_; }
  [[nodiscard]] std::size_t size() const { return count_; }
  [[nodiscard]] std::span<T> span() const { return {data_, count_}; }

 private:
  std::size_t count_ = 0;
  T* data_ = nullptr;
};

/// Memory on the card.
template <class T>
class DeviceBuffer {
  static_assert(std::is_trivially_copyable_v<T>);

 public:
  DeviceBuffer() = default;
  DeviceBuffer(Device& device, std::size_t count, const char* what, Place place = Place::here())
      : count_(count),
        data_(count == 0 ? nullptr
                         : static_cast<T*>(device.allocate(count * sizeof(T), what, place))) {}
  ~DeviceBuffer() {
    if (data_ != nullptr) static_cast<void>(cudaFree(data_));
  }
  DeviceBuffer(DeviceBuffer&& other) noexcept
      : count_(std::exchange(other.count_, 0)), data_(std::exchange(other.data_, nullptr)) {}
  DeviceBuffer& operator=(DeviceBuffer&& other) noexcept {
    std::swap(count_, other.count_);
    std::swap(data_, other.data_);
    return *this;
  }
  DeviceBuffer(const DeviceBuffer&) = delete;
  DeviceBuffer& operator=(const DeviceBuffer&) = delete;

  [[nodiscard]] T* data() const { return data_; }
  [[nodiscard]] std::size_t size() const { return count_; }

  /// The first `count` elements, from and to pinned memory that stays as it is until the stream has
  /// come so far.
  void upload(const PinnedBuffer<T>& from, std::size_t count, const Stream& stream,
              Place place = Place::here()) const {
    copy(data_, from.data(), count * sizeof(T), cudaMemcpyHostToDevice, stream, place);
  }
  void download(const PinnedBuffer<T>& to, std::size_t count, const Stream& stream,
                Place place = Place::here()) const {
    copy(to.data(), data_, count * sizeof(T), cudaMemcpyDeviceToHost, stream, place);
  }

 private:
  std::size_t count_ = 0;
  T* data_ = nullptr;
};

/// Puts memory that is not pinned on the stream, by way of `pinned`, whose earlier copy must be
/// over.
template <class T>
void upload_through(std::type_identity_t<std::span<const T>> from, const PinnedBuffer<T>& pinned,
                    const DeviceBuffer<T>& to, const Stream& stream, Place place = Place::here()) {
  std::ranges::copy(from, pinned.data());
  to.upload(pinned, from.size(), stream, place);
}

/// Fills a buffer at set-up from memory that is not pinned, through a staging buffer of limited
/// size, and waits for it.
template <class T>
void upload_all(const DeviceBuffer<T>& to, std::span<const T> from, const Stream& stream,
                const char* what, Place place = Place::here()) {
  constexpr std::size_t kStagingBytes = std::size_t{16} << 20;
  const std::size_t at_once = std::min(from.size(), kStagingBytes / sizeof(T));
  const PinnedBuffer<T> staging(stream.device(), at_once, what, place);
  for (std::size_t at = 0; at < from.size(); at += at_once) {
    const std::size_t count = std::min(at_once, from.size() - at);
    std::copy_n(from.data() + at, count, staging.data());
    check(cudaMemcpyAsync(to.data() + at, staging.data(), count * sizeof(T), cudaMemcpyHostToDevice,
                          stream.get()),
          what, place);
    stream.synchronize(what, place);
  }
}

}  // namespace mosaic::gpu
