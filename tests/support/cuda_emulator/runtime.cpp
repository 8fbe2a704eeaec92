// Memory, streams and events of the emulated device.
#include <cuda_runtime.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <deque>
#include <map>
#include <random>
#include <set>
#include <utility>

#include "support/cuda_emulator/emulator.hpp"
#include "support/cuda_emulator/fibers.hpp"

#if MOSAIC_ADDRESS_SANITIZER
#include <sanitizer/asan_interface.h>
#endif

// Note [Emulated streams]
// Copies and launches are only queued. They run when the host waits for something, and then in a
// random order: at each step any stream whose head is ready goes on. So what lacks an event runs
// too early or too late under some seed, and a pinned buffer that is used again too soon holds the
// wrong bytes, as it may on a card.
struct EmulatedTask {
  std::function<void()> run;
  cudaEvent_t wait_for = nullptr;
  std::int64_t wait_version = 0;
};

struct EmulatedStream {
  int card = 0;
  std::deque<EmulatedTask> tasks;
};

struct EmulatedEvent {
  std::int64_t recorded = 0;   ///< times put on a stream
  std::int64_t completed = 0;  ///< times reached
  std::chrono::steady_clock::time_point at;
};

namespace emulator {
namespace {

constexpr std::size_t kDefaultShared = 48 << 10;
constexpr std::size_t kMaxShared = 64 << 10;  // of compute capability 7.5, the least of ours

struct Device {
  Options options;
  Counters counters;
  std::mt19937 random;
  std::map<unsigned char*, std::size_t> device_memory;
  std::map<unsigned char*, std::size_t> pinned_memory;
  std::map<const void*, std::size_t> shared_limit;
  std::set<const void*> loaded;
  std::set<cudaStream_t> streams;
  std::vector<std::string> violations;
  cudaError_t failed = cudaSuccess;  ///< sticks, as an error of a kernel does
  cudaError_t last = cudaSuccess;
};

Device device;

thread_local int current_card = 0;

cudaError_t remember(cudaError_t error) {
  if (error != cudaSuccess) device.last = error;
  return error;
}

cudaError_t violation(const std::string& text, cudaError_t error) {
  device.violations.push_back(text);
  return remember(error);
}

/// Device memory is out of the host's reach while no kernel and no copy runs.
void allow_access(bool allow) {
#if MOSAIC_ADDRESS_SANITIZER
  for (const auto& [pointer, bytes] : device.device_memory) {
    if (allow) {
      ASAN_UNPOISON_MEMORY_REGION(pointer, bytes);
    } else {
      ASAN_POISON_MEMORY_REGION(pointer, bytes);
    }
  }
#else
  static_cast<void>(allow);
#endif
}

bool holds(const std::map<unsigned char*, std::size_t>& memory, const void* pointer,
           std::size_t bytes) {
  auto* const at = static_cast<unsigned char*>(const_cast<void*>(pointer));
  auto found = memory.upper_bound(at);
  if (found == memory.begin()) return false;
  --found;
  return at + bytes <= found->first + found->second;
}

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

unsigned char* fresh_memory(std::size_t bytes) {
  auto* pointer = static_cast<unsigned char*>(std::aligned_alloc(256, (bytes + 255) / 256 * 256));
  std::uint64_t word = device.random();  // no zeros, no pattern that could be taken for data
  for (std::size_t i = 0; i < bytes; ++i) {
    if (i % 8 == 0) word = word * 6364136223846793005U + 1442695040888963407U;
    pointer[i] = static_cast<unsigned char>(word >> (8 * (i % 8)));
  }
#if MOSAIC_ADDRESS_SANITIZER
  ASAN_POISON_MEMORY_REGION(pointer + bytes, (bytes + 255) / 256 * 256 - bytes);
#endif
  return pointer;
}

void release(unsigned char* pointer, std::size_t bytes) {
#if MOSAIC_ADDRESS_SANITIZER
  ASAN_UNPOISON_MEMORY_REGION(pointer, (bytes + 255) / 256 * 256);
#else
  static_cast<void>(bytes);
#endif
  std::free(pointer);
}

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

const char* cudaGetErrorName(cudaError_t error) {
  switch (error) {
    case cudaSuccess:
      return "cudaSuccess";
    case cudaErrorInvalidValue:
      return "cudaErrorInvalidValue";
    case cudaErrorMemoryAllocation:
      return "cudaErrorMemoryAllocation";
    case cudaErrorInvalidConfiguration:
      return "cudaErrorInvalidConfiguration";
    case cudaErrorInsufficientDriver:
      return "cudaErrorInsufficientDriver";
    case cudaErrorNoDevice:
      return "cudaErrorNoDevice";
    case cudaErrorInvalidResourceHandle:
      return "cudaErrorInvalidResourceHandle";
    case cudaErrorNotReady:
      return "cudaErrorNotReady";
    case cudaErrorNoKernelImageForDevice:
      return "cudaErrorNoKernelImageForDevice";
    case cudaErrorSystemNotReady:
      return "cudaErrorSystemNotReady";
    case cudaErrorLaunchFailure:
      return "cudaErrorLaunchFailure";
  }
  return "cudaErrorUnknown";
}

const char* cudaGetErrorString(cudaError_t error) {
  switch (error) {
    case cudaErrorMemoryAllocation:
      return "out of memory";
    case cudaErrorInsufficientDriver:
      return "CUDA driver version is insufficient for CUDA runtime version";
    case cudaErrorNoDevice:
      return "no CUDA-capable device is detected";
    case cudaErrorLaunchFailure:
      return "unspecified launch failure";
    case cudaErrorNoKernelImageForDevice:
      return "no kernel image is available for execution on the device";
    case cudaErrorSystemNotReady:
      return "system not yet initialized";
    default:
      return "an error of the emulated device";
  }
}

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

cudaError_t cudaMalloc(void** pointer, std::size_t bytes) {
  *pointer = nullptr;
  if (device.failed != cudaSuccess) return emulator::remember(device.failed);
  ++device.counters.allocations;
  if (device.counters.live_bytes + bytes > device.options.memory_bytes) {
    return emulator::remember(cudaErrorMemoryAllocation);
  }
  unsigned char* memory = emulator::fresh_memory(bytes);
  device.device_memory[memory] = bytes;
  device.counters.live_bytes += bytes;
  device.counters.peak_bytes = std::max(device.counters.peak_bytes, device.counters.live_bytes);
  ++device.counters.live_buffers;
  emulator::allow_access(false);
  *pointer = memory;
  return cudaSuccess;
}

cudaError_t cudaFree(void* pointer) {
  if (pointer == nullptr) return cudaSuccess;
  emulator::run_everything();  // as cudaFree waits for the device
  const auto found = device.device_memory.find(static_cast<unsigned char*>(pointer));
  if (found == device.device_memory.end()) {
    return emulator::violation("freed what is not allocated", cudaErrorInvalidValue);
  }
  emulator::release(found->first, found->second);
  device.counters.live_bytes -= found->second;
  --device.counters.live_buffers;
  device.device_memory.erase(found);
  return cudaSuccess;
}

cudaError_t cudaHostAlloc(void** pointer, std::size_t bytes, unsigned) {
  *pointer = nullptr;
  if (device.failed != cudaSuccess) return emulator::remember(device.failed);
  ++device.counters.allocations;
  ++device.counters.live_buffers;
  unsigned char* memory = emulator::fresh_memory(bytes);
  device.pinned_memory[memory] = bytes;
  *pointer = memory;
  return cudaSuccess;
}

cudaError_t cudaFreeHost(void* pointer) {
  if (pointer == nullptr) return cudaSuccess;
  emulator::run_everything();
  const auto found = device.pinned_memory.find(static_cast<unsigned char*>(pointer));
  if (found == device.pinned_memory.end()) {
    return emulator::violation("freed what is not pinned", cudaErrorInvalidValue);
  }
  emulator::release(found->first, found->second);
  --device.counters.live_buffers;
  device.pinned_memory.erase(found);
  return cudaSuccess;
}

cudaError_t cudaMemGetInfo(std::size_t* available, std::size_t* total) {
  *total = device.options.memory_bytes;
  *available = *total - device.counters.live_bytes;
  return cudaSuccess;
}

cudaError_t cudaMemcpyAsync(void* to, const void* from, std::size_t bytes, cudaMemcpyKind kind,
                            cudaStream_t stream) {
  const bool upload = kind == cudaMemcpyHostToDevice;
  const void* const on_device = upload ? to : from;
  const void* const on_host = upload ? from : to;
  if (!emulator::holds(device.device_memory, on_device, bytes)) {
    return emulator::violation("a copy leaves its device buffer", cudaErrorInvalidValue);
  }
  if (!emulator::holds(device.pinned_memory, on_host, bytes)) {
    return emulator::violation("a copy from or to memory that is not pinned",
                               cudaErrorInvalidValue);
  }
  ++device.counters.copies;
  return emulator::enqueue(stream, {.run = [=] { std::memcpy(to, from, bytes); }});
}

cudaError_t cudaMemsetAsync(void* to, int value, std::size_t bytes, cudaStream_t stream) {
  if (!emulator::holds(device.device_memory, to, bytes)) {
    return emulator::violation("a fill leaves its device buffer", cudaErrorInvalidValue);
  }
  return emulator::enqueue(stream, {.run = [=] { std::memset(to, value, bytes); }});
}

cudaError_t cudaStreamCreateWithFlags(cudaStream_t* stream, unsigned) {
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
