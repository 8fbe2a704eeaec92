// Memory of the emulated device, and pinned memory.
#include <algorithm>
#include <cstdlib>
#include <cstring>

#include "support/cuda_emulator/device_state.hpp"

#if MOSAIC_ADDRESS_SANITIZER
#include <sanitizer/asan_interface.h>
#endif

namespace emulator {

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

namespace {

bool holds(const std::map<unsigned char*, std::size_t>& memory, const void* pointer,
           std::size_t bytes) {
  auto* const at = static_cast<unsigned char*>(const_cast<void*>(pointer));
  auto found = memory.upper_bound(at);
  if (found == memory.begin()) return false;
  --found;
  return at + bytes <= found->first + found->second;
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

}  // namespace
}  // namespace emulator

using emulator::device;

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
