#include "cuda/stream.hpp"

#include "cuda/timeline.hpp"

namespace mosaic::gpu {

Stream::Stream(Device& device, Urgency urgency, Place place) : device_(&device) {
  int least = 0;
  int greatest = 0;  // the smaller number
  check(cudaDeviceGetStreamPriorityRange(&least, &greatest), "making a stream", place);
  check(cudaStreamCreateWithPriority(&stream_, cudaStreamNonBlocking,
                                     urgency == Urgency::first ? greatest : least),
        "making a stream", place);
}

Stream::~Stream() {
  if (stream_ == nullptr) return;
  // Buffers that queued work still uses are freed after this; a failure was reported before.
  static_cast<void>(cudaStreamSynchronize(stream_));
  static_cast<void>(cudaStreamDestroy(stream_));
}

void Stream::wait_for(const Event& event, Place place) const {
  check(cudaStreamWaitEvent(stream_, event.get(), 0), "making a stream wait", place);
}

void Stream::synchronize(const char* what, Place place) const {
  check(cudaStreamSynchronize(stream_), what, place);
}

void Stream::begin(const char* what) const {
  if (timeline_ == nullptr) return;
  timeline_->pieces_.push_back({what, Event(*device_), Event(*device_)});
  timeline_->pieces_.back().begin.record(*this);
}

void Stream::end() const {
  if (timeline_ != nullptr) timeline_->pieces_.back().end.record(*this);
}

Event::Event(Device&, Place place) {
  check(cudaEventCreateWithFlags(&event_, cudaEventDefault), "making an event", place);
}

Event::~Event() {
  if (event_ != nullptr) static_cast<void>(cudaEventDestroy(event_));
}

void Event::record(const Stream& stream, Place place) const {
  check(cudaEventRecord(event_, stream.get()), "recording an event", place);
}

void Event::synchronize(const char* what, Place place) const {
  check(cudaEventSynchronize(event_), what, place);
}

float Event::milliseconds_since(const Event& earlier, Place place) const {
  float ms = 0.0F;
  check(cudaEventElapsedTime(&ms, earlier.event_, event_), "reading a time", place);
  return ms;
}

}  // namespace mosaic::gpu
