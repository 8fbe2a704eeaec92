// Kernels, streams and events of the emulated device.
#include <algorithm>
#include <chrono>
#include <cstring>
#include <utility>

#include "support/cuda_emulator/device_state.hpp"
#include "support/cuda_emulator/fibers.hpp"

// Note [Emulated streams]
// Copies and launches are only queued. They run when the host waits for something, and then in a
// random order: at each step any stream whose head is ready goes on. So what lacks an event runs
// too early or too late under some seed, and a pinned buffer that is used again too soon holds the
// wrong bytes, as it may on a card.

namespace emulator {

cudaError_t remember(cudaError_t error) {
  if (error != cudaSuccess) device.last = error;
  return error;
}

cudaError_t violation(const std::string& text, cudaError_t error) {
  device.violations.push_back(text);
  return remember(error);
}

namespace {

constexpr std::size_t kDefaultShared = 48 << 10;
constexpr std::size_t kMaxShared = 64 << 10;  // of compute capability 7.5, the least of ours

bool ready(const EmulatedStream& stream) {
  if (stream.tasks.empty()) return false;
  const EmulatedTask& task = stream.tasks.front();
  return task.wait_for == nullptr || task.wait_for->completed >= task.wait_version;
}

void run_head(EmulatedStream& stream) {
  const EmulatedTask task = std::move(stream.tasks.front());
  stream.tasks.pop_front();
  if (!task.run || device.failed != cudaSuccess) return;
  allow_access(true);
  task.run();
  allow_access(false);
}

/// Runs tasks of any streams until `done`. False: nothing can go on, the program would hang.
template <class Done>
bool run_until(Done done) {
  while (!done()) {
    std::vector<EmulatedStream*> candidates;
    for (EmulatedStream* stream : device.streams) {
      if (ready(*stream)) candidates.push_back(stream);
    }
    if (candidates.empty()) return false;
    const std::size_t pick = device.options.seed == 0
                                 ? 0
                                 : static_cast<std::size_t>(device.random()) % candidates.size();
    run_head(*candidates[pick]);
  }
  return true;
}

}  // namespace

void run_everything() {
  run_until([] {
    return std::all_of(device.streams.begin(), device.streams.end(),
                       [](const EmulatedStream* stream) { return stream->tasks.empty(); });
  });
}

cudaError_t enqueue(cudaStream_t stream, EmulatedTask task) {
  if (device.failed != cudaSuccess) return remember(device.failed);
  if (!device.streams.contains(stream)) {
    return violation("work for a stream that does not exist", cudaErrorInvalidResourceHandle);
  }
  stream->tasks.push_back(std::move(task));
  return cudaSuccess;
}

namespace {

void run_grid(const std::string& name, dim3 grid, dim3 block, std::size_t shared_bytes,
              const std::function<void()>& body) {
  const std::size_t blocks = std::size_t{grid.x} * grid.y * grid.z;
  std::vector<std::size_t> order(blocks);
  for (std::size_t i = 0; i < blocks; ++i) order[i] = i;
  if (device.options.seed != 0) std::shuffle(order.begin(), order.end(), device.random);
  for (const std::size_t index : order) {
    const uint3 at{static_cast<unsigned>(index % grid.x),
                   static_cast<unsigned>(index / grid.x % grid.y),
                   static_cast<unsigned>(index / grid.x / grid.y)};
    const std::string fault = run_block(
        {grid, block, at, shared_bytes, &body, name.c_str(), device.options.seed}, device.random);
    if (fault.empty()) continue;
    device.failed = violation(name + ": " + fault, cudaErrorLaunchFailure);
    return;
  }
}

}  // namespace

void reset(const Options& options) {
  run_everything();
  device = Device{};
  current_card = 0;
  device.options = options;
  device.random.seed(options.seed);
}

std::vector<std::string> violations() {
  std::vector<std::string> all = device.violations;
  if (!device.device_memory.empty() || !device.pinned_memory.empty()) {
    all.push_back(std::to_string(device.device_memory.size() + device.pinned_memory.size()) +
                  " buffers were never freed");
  }
  return all;
}

Counters counters() { return device.counters; }

cudaError_t launch(const void* kernel, const char* name, dim3 grid, dim3 block,
                   std::size_t shared_bytes, cudaStream_t stream, std::function<void()> body) {
  const std::size_t threads = std::size_t{block.x} * block.y * block.z;
  const auto limit = device.shared_limit.find(kernel);
  const std::size_t most = limit == device.shared_limit.end() ? kDefaultShared : limit->second;
  const bool fits = grid.x >= 1 && grid.y >= 1 && grid.z >= 1 && grid.x < (1U << 31) &&
                    grid.y < (1U << 16) && grid.z < (1U << 16) && threads >= 1 && threads <= 1024 &&
                    block.z <= 64 && shared_bytes <= most;
  if (!fits) {
    return violation(std::string(name) + ": a launch that does not fit",
                     cudaErrorInvalidConfiguration);
  }
  if (threads % 32 != 0) {
    return violation(std::string(name) + ": a block of incomplete warps",
                     cudaErrorInvalidConfiguration);
  }
  if (device.streams.contains(stream) && stream->card != current_card) {
    return violation(std::string(name) + ": launched by a thread that has another card",
                     cudaErrorInvalidResourceHandle);
  }
  if (!device.options.has_kernel_code) return remember(cudaErrorNoKernelImageForDevice);
  if (!device.loaded.contains(kernel)) ++device.counters.unloaded_launches;
  const bool fails = ++device.counters.launches == device.options.failing_kernel;
  return enqueue(stream, {.run = [=, name = std::string(name), body = std::move(body)] {
                   if (fails) {
                     device.failed = cudaErrorLaunchFailure;
                     return;
                   }
                   run_grid(name, grid, block, shared_bytes, body);
                 }});
}

}  // namespace emulator

using emulator::device;

cudaError_t cudaGetLastError() { return std::exchange(device.last, cudaSuccess); }

cudaError_t cudaGetDeviceCount(int* count) {
  *count = 0;
  if (device.options.driver_version < 13000) {
    return emulator::remember(cudaErrorInsufficientDriver);
  }
  if (!device.options.system_ready) return emulator::remember(cudaErrorSystemNotReady);
  if (device.options.devices == 0) return emulator::remember(cudaErrorNoDevice);
  *count = device.options.devices;
  return cudaSuccess;
}

cudaError_t cudaGetDeviceProperties(cudaDeviceProp* properties, int card) {
  *properties = {};
  std::strcpy(properties->name, "emulated device");
  properties->major = device.options.major;
  properties->minor = device.options.minor;
  if (card < device.options.old_cards) {
    std::strcpy(properties->name, "old emulated device");
    properties->major = 6;
    properties->minor = 1;
  }
  properties->multiProcessorCount = 4;
  properties->totalGlobalMem = device.options.memory_bytes;
  properties->sharedMemPerBlockOptin = emulator::kMaxShared;
  return cudaSuccess;
}

cudaError_t cudaSetDevice(int card) {
  if (card < 0 || card >= device.options.devices) {
    return emulator::violation("a card that does not exist", cudaErrorInvalidValue);
  }
  emulator::current_card = card;
  return cudaSuccess;
}

cudaError_t cudaDriverGetVersion(int* version) {
  *version = device.options.driver_version;
  return cudaSuccess;
}

cudaError_t cudaRuntimeGetVersion(int* version) {
  *version = 13000;
  return cudaSuccess;
}

cudaError_t cudaDeviceGetStreamPriorityRange(int* least, int* greatest) {
  *least = 0;
  *greatest = -5;
  return emulator::remember(device.failed);
}

/// The seed decides what runs first, and priorities promise nothing.
cudaError_t cudaStreamCreateWithPriority(cudaStream_t* stream, unsigned, int) {
  *stream = nullptr;
  if (device.failed != cudaSuccess) return emulator::remember(device.failed);
  *stream = new EmulatedStream{.card = emulator::current_card, .tasks = {}};
  device.streams.insert(*stream);
  return cudaSuccess;
}

cudaError_t cudaStreamDestroy(cudaStream_t stream) {
  emulator::run_everything();
  device.streams.erase(stream);
  delete stream;
  return cudaSuccess;
}

cudaError_t cudaStreamSynchronize(cudaStream_t stream) {
  if (!emulator::run_until([&] { return stream->tasks.empty(); })) {
    return emulator::violation("a stream waits for an event that never comes",
                               cudaErrorLaunchFailure);
  }
  return emulator::remember(device.failed);
}

cudaError_t cudaStreamWaitEvent(cudaStream_t stream, cudaEvent_t event, unsigned) {
  return emulator::enqueue(stream, {.run = {}, .wait_for = event, .wait_version = event->recorded});
}

cudaError_t cudaEventCreateWithFlags(cudaEvent_t* event, unsigned) {
  *event = nullptr;
  if (device.failed != cudaSuccess) return emulator::remember(device.failed);
  *event = new EmulatedEvent;
  return cudaSuccess;
}

cudaError_t cudaEventDestroy(cudaEvent_t event) {
  emulator::run_everything();
  delete event;
  return cudaSuccess;
}

cudaError_t cudaEventRecord(cudaEvent_t event, cudaStream_t stream) {
  const std::int64_t version = event->recorded + 1;
  const cudaError_t error = emulator::enqueue(stream, {.run = [=] {
                                                event->completed = version;
                                                event->at = std::chrono::steady_clock::now();
                                              }});
  if (error == cudaSuccess) event->recorded = version;
  return error;
}

cudaError_t cudaEventSynchronize(cudaEvent_t event) {
  const std::int64_t version = event->recorded;
  if (!emulator::run_until(
          [&] { return event->completed >= version || device.failed != cudaSuccess; })) {
    return emulator::violation("an event that never comes", cudaErrorLaunchFailure);
  }
  return emulator::remember(device.failed);
}

cudaError_t cudaEventElapsedTime(float* ms, cudaEvent_t start, cudaEvent_t end) {
  *ms = std::chrono::duration<float, std::milli>(end->at - start->at).count();
  return cudaSuccess;
}

cudaError_t cudaFuncGetAttributes(cudaFuncAttributes* attributes, const void* kernel) {
  if (device.failed != cudaSuccess) return emulator::remember(device.failed);
  if (!device.options.has_kernel_code) return emulator::remember(cudaErrorNoKernelImageForDevice);
  *attributes = {.numRegs = 32, .maxThreadsPerBlock = 1024};
  device.loaded.insert(kernel);
  return cudaSuccess;
}

cudaError_t cudaFuncSetAttribute(const void* kernel, cudaFuncAttribute, int value) {
  if (value < 0 || static_cast<std::size_t>(value) > emulator::kMaxShared) {
    return emulator::violation("more shared memory than the device has", cudaErrorInvalidValue);
  }
  device.shared_limit[kernel] = static_cast<std::size_t>(value);
  return cudaSuccess;
}
