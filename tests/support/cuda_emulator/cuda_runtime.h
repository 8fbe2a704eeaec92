// The part of the CUDA runtime that cuda/ uses, on the host: the same sources, compiled by g++
// against this header instead of NVIDIA's, run thread by thread in emulator.cpp. Names and error
// numbers are those of the CUDA Runtime API.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <tuple>

#define MOSAIC_CUDA_EMULATED 1
#define __global__
#define __device__
#define __host__
#define __forceinline__ inline __attribute__((always_inline))
#define __launch_bounds__(...)

struct uint3 {
  unsigned x, y, z;
};
struct dim3 {
  unsigned x = 1, y = 1, z = 1;
  constexpr dim3() = default;
  constexpr dim3(unsigned x_, unsigned y_ = 1, unsigned z_ = 1) : x(x_), y(y_), z(z_) {}
};
struct alignas(8) uint2 {
  unsigned x, y;
};
struct alignas(16) uint4 {
  unsigned x, y, z, w;
};
struct alignas(8) int2 {
  int x, y;
};

enum cudaError_t {
  cudaSuccess = 0,
  cudaErrorInvalidValue = 1,
  cudaErrorMemoryAllocation = 2,
  cudaErrorInvalidConfiguration = 9,
  cudaErrorInsufficientDriver = 35,
  cudaErrorNoDevice = 100,
  cudaErrorNoKernelImageForDevice = 209,
  cudaErrorInvalidResourceHandle = 400,
  cudaErrorNotReady = 600,
  cudaErrorLaunchFailure = 719,
  cudaErrorSystemNotReady = 802,
};
enum cudaMemcpyKind { cudaMemcpyHostToDevice = 1, cudaMemcpyDeviceToHost = 2 };
enum cudaFuncAttribute { cudaFuncAttributeMaxDynamicSharedMemorySize = 8 };
inline constexpr unsigned cudaStreamNonBlocking = 1;
inline constexpr unsigned cudaEventDefault = 0;
inline constexpr unsigned cudaEventDisableTiming = 2;
inline constexpr unsigned cudaHostAllocDefault = 0;

struct cudaDeviceProp {
  char name[256];
  int major, minor, multiProcessorCount;
  std::size_t totalGlobalMem, sharedMemPerBlockOptin;
};

struct cudaFuncAttributes {
  int numRegs, maxThreadsPerBlock;
};

struct EmulatedStream;
struct EmulatedEvent;
using cudaStream_t = EmulatedStream*;
using cudaEvent_t = EmulatedEvent*;

const char* cudaGetErrorName(cudaError_t error);
const char* cudaGetErrorString(cudaError_t error);
cudaError_t cudaGetLastError();
cudaError_t cudaGetDeviceCount(int* count);
cudaError_t cudaGetDeviceProperties(cudaDeviceProp* properties, int device);
cudaError_t cudaSetDevice(int device);
cudaError_t cudaDriverGetVersion(int* version);
cudaError_t cudaRuntimeGetVersion(int* version);
cudaError_t cudaMalloc(void** pointer, std::size_t bytes);
cudaError_t cudaFree(void* pointer);
cudaError_t cudaHostAlloc(void** pointer, std::size_t bytes, unsigned flags);
cudaError_t cudaFreeHost(void* pointer);
cudaError_t cudaMemGetInfo(std::size_t* available, std::size_t* total);
cudaError_t cudaMemcpyAsync(void* to, const void* from, std::size_t bytes, cudaMemcpyKind kind,
                            cudaStream_t stream);
cudaError_t cudaMemsetAsync(void* to, int value, std::size_t bytes, cudaStream_t stream);
cudaError_t cudaDeviceGetStreamPriorityRange(int* least, int* greatest);
cudaError_t cudaStreamCreateWithPriority(cudaStream_t* stream, unsigned flags, int priority);
cudaError_t cudaStreamDestroy(cudaStream_t stream);
cudaError_t cudaStreamSynchronize(cudaStream_t stream);
cudaError_t cudaStreamWaitEvent(cudaStream_t stream, cudaEvent_t event, unsigned flags);
cudaError_t cudaEventCreateWithFlags(cudaEvent_t* event, unsigned flags);
cudaError_t cudaEventDestroy(cudaEvent_t event);
cudaError_t cudaEventRecord(cudaEvent_t event, cudaStream_t stream);
cudaError_t cudaEventSynchronize(cudaEvent_t event);
cudaError_t cudaEventElapsedTime(float* ms, cudaEvent_t start, cudaEvent_t end);
cudaError_t cudaFuncGetAttributes(cudaFuncAttributes* attributes, const void* kernel);
cudaError_t cudaFuncSetAttribute(const void* kernel, cudaFuncAttribute attribute, int value);

namespace emulator {

/// Where in the sources threads wait for each other.
struct Site {
  const char* file = "";
  int line = 0;
  static constexpr Site here(const char* file = __builtin_FILE(), int line = __builtin_LINE()) {
    return {file, line};
  }
};

/// What a fiber sees of its place in the launch. Valid inside kernels only.
struct ThreadView {
  uint3 thread, block;
  dim3 block_size, grid_size;
};
extern ThreadView* current;

unsigned char* dynamic_shared();
void block_barrier(Site site);
/// Waits until all 32 lanes have come with `bytes` <= 32 bytes each; what lane i brought lies at
/// result + 32 * i, until the warp's next but one exchange.
const unsigned char* warp_exchange(const void* mine, std::size_t bytes, Site site);
int lane();
cudaError_t launch(const void* kernel, const char* name, dim3 grid, dim3 block,
                   std::size_t shared_bytes, cudaStream_t stream, std::function<void()> body);

template <class T>
T from_lane(const unsigned char* slots, int lane) {
  T value;
  std::memcpy(&value, slots + 32 * lane, sizeof value);
  return value;
}

}  // namespace emulator

#define threadIdx (::emulator::current->thread)
#define blockIdx (::emulator::current->block)
#define blockDim (::emulator::current->block_size)
#define gridDim (::emulator::current->grid_size)

#define MOSAIC_EMULATED_SITE emulator::Site site = emulator::Site::here()

inline void __syncthreads(MOSAIC_EMULATED_SITE) { emulator::block_barrier(site); }

inline void __syncwarp(unsigned = ~0U, MOSAIC_EMULATED_SITE) {
  emulator::warp_exchange(nullptr, 0, site);
}

template <class T>
T __shfl_sync(unsigned, T value, int source, int = 32, MOSAIC_EMULATED_SITE) {
  return emulator::from_lane<T>(emulator::warp_exchange(&value, sizeof value, site), source & 31);
}

template <class T>
T __shfl_down_sync(unsigned, T value, unsigned delta, int = 32, MOSAIC_EMULATED_SITE) {
  const unsigned char* slots = emulator::warp_exchange(&value, sizeof value, site);
  const int source = emulator::lane() + static_cast<int>(delta);
  return source < 32 ? emulator::from_lane<T>(slots, source) : value;
}

inline unsigned __ballot_sync(unsigned, int predicate, MOSAIC_EMULATED_SITE) {
  const unsigned char* slots = emulator::warp_exchange(&predicate, sizeof predicate, site);
  unsigned result = 0;
  for (int i = 0; i < 32; ++i) {
    result |= (emulator::from_lane<int>(slots, i) != 0 ? 1U : 0U) << i;
  }
  return result;
}

// Fibers change only where threads wait for each other, so plain arithmetic is atomic here.
template <class T>
T atomicAdd(T* to, T value) {
  const T before = *to;
  *to = before + value;
  return before;
}

template <class T>
T __ldg(const T* from) {
  return *from;
}
