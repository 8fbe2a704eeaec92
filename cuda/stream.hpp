// Owners of streams and events. Move-only.
#pragma once

#include <utility>

#include "cuda/device.hpp"

namespace mosaic::gpu {

class Event;
class Timeline;

/// Which of two streams that both have work gets what becomes free of the card.
enum class Urgency { usual, first };

/// Work in order; streams run side by side unless an event makes one wait.
class Stream {
 public:
  explicit Stream(Device& device, Urgency urgency = Urgency::usual, Place place = Place::here());
  ~Stream();
  Stream(Stream&& other) noexcept
      : device_(other.device_), stream_(std::exchange(other.stream_, nullptr)) {}
  Stream& operator=(Stream&&) = delete;
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  [[nodiscard]] Device& device() const { return *device_; }
  [[nodiscard]] cudaStream_t get() const { return stream_; }

  /// What is put here from now on runs after what `event` was last recorded behind.
  void wait_for(const Event& event, Place place = Place::here()) const;
  /// Blocks the host until everything put here is done. Errors of kernels surface here.
  void synchronize(const char* what, Place place = Place::here()) const;

  /// Before and after a piece of work is put here, for a Timeline.
  void begin(const char* what) const;
  void end() const;

 private:
  friend class Timeline;

  Device* device_;
  cudaStream_t stream_ = nullptr;
  Timeline* timeline_ = nullptr;
};

/// A point in a stream.
class Event {
 public:
  explicit Event(Device& device, Place place = Place::here());
  ~Event();
  Event(Event&& other) noexcept : event_(std::exchange(other.event_, nullptr)) {}
  Event& operator=(Event&&) = delete;
  Event(const Event&) = delete;
  Event& operator=(const Event&) = delete;

  [[nodiscard]] cudaEvent_t get() const { return event_; }
  void record(const Stream& stream, Place place = Place::here()) const;
  /// Blocks the host until the point is reached. Errors of kernels surface here.
  void synchronize(const char* what, Place place = Place::here()) const;
  /// Device time from `earlier` to this one; both are over.
  [[nodiscard]] float milliseconds_since(const Event& earlier, Place place = Place::here()) const;

 private:
  cudaEvent_t event_ = nullptr;
};

}  // namespace mosaic::gpu
