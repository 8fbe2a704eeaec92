// The one place where kernels are launched, and what they need of the card beyond C++.
#pragma once

#include <cuda_runtime.h>

#include <cstddef>
#include <tuple>
#include <utility>

#include "cuda/kernels.hpp"
#include "cuda/stream.hpp"
#include "mosaic/image.hpp"

/// Before a loop whose arrays are to be registers.
#if defined(__CUDACC__)
#define MOSAIC_UNROLL _Pragma("unroll")
#else
#define MOSAIC_UNROLL
#endif

namespace mosaic::gpu {

inline constexpr int kWarpLanes = 32;
inline constexpr unsigned kAllLanes = 0xffffffffU;
/// Shared memory of a block that every card gives without being asked.
inline constexpr std::size_t kPlainShared = std::size_t{48} << 10;

struct LaunchShape {
  dim3 grid;
  dim3 block;
  std::size_t shared_bytes = 0;
};

/// A kernel with its name and the place that launches it.
template <class... Parameters>
struct Kernel {
  const char* name;
  void (*function)(Parameters...);
  Place place;

  Kernel(const char* name_, void (*function_)(Parameters...), Place place_ = Place::here())
      : name(name_), function(function_), place(place_) {}
};

template <class... Parameters>
KernelCode code_of(const char* name, void (*function)(Parameters...)) {
  return {name, reinterpret_cast<const void*>(function)};
}

/// Puts function(arguments...) on the stream. Throws CudaError, naming the kernel, when it cannot
/// be launched; what happens inside it surfaces when the stream is waited for.
template <class... Parameters, class... Arguments>
void launch(const Kernel<Parameters...>& kernel, const LaunchShape& shape, const Stream& stream,
            Arguments&&... arguments) {
  static_assert(sizeof...(Parameters) == sizeof...(Arguments));
  stream.device().before_launch(kernel.name, kernel.place);
  std::tuple<Parameters...> values(std::forward<Arguments>(arguments)...);
  stream.begin(kernel.name);
#if defined(MOSAIC_CUDA_EMULATED)
  const cudaError_t error =
      emulator::launch(reinterpret_cast<const void*>(kernel.function), kernel.name, shape.grid,
                       shape.block, shape.shared_bytes, stream.get(),
                       [function = kernel.function, values] { std::apply(function, values); });
#else
  cudaLaunchConfig_t config{};
  config.gridDim = shape.grid;
  config.blockDim = shape.block;
  config.dynamicSmemBytes = shape.shared_bytes;
  config.stream = stream.get();
  const cudaError_t error = std::apply(
      [&](auto&... value) {
        void* pointers[] = {&value...};
        return cudaLaunchKernelExC(&config, reinterpret_cast<const void*>(kernel.function),
                                   pointers);
      },
      values);
#endif
  check(error, kernel.name, kernel.place);
  stream.end();
}

/// The block's shared memory, aligned for any T.
template <class T>
__device__ T* dynamic_shared() {
#if defined(MOSAIC_CUDA_EMULATED)
  return reinterpret_cast<T*>(emulator::dynamic_shared());
#else
  extern __shared__ __align__(16) unsigned char mosaic_shared[];
  return reinterpret_cast<T*>(mosaic_shared);
#endif
}

__device__ inline int thread_in_block() { return static_cast<int>(threadIdx.x); }
__device__ inline int lane_in_warp() { return thread_in_block() % kWarpLanes; }
__device__ inline int warp_in_block() { return thread_in_block() / kWarpLanes; }

/// Sum over the warp, in lane 0.
template <class T>
__device__ T sum_over_warp(T value) {
  for (int distance = kWarpLanes / 2; distance > 0; distance /= 2) {
    value += __shfl_down_sync(kAllLanes, value, static_cast<unsigned>(distance));
  }
  return value;
}

constexpr unsigned blocks_for(std::size_t items, std::size_t per_block) {
  return static_cast<unsigned>((items + per_block - 1) / per_block);
}

// Kernels over the samples of a plane: one thread each, in blocks of 32 x 8.
inline constexpr unsigned kSampleColumns = 32;
inline constexpr unsigned kSampleRows = 8;

inline LaunchShape one_thread_per_sample(Size size) {
  return {dim3(blocks_for(static_cast<std::size_t>(size.width), kSampleColumns),
               blocks_for(static_cast<std::size_t>(size.height), kSampleRows)),
          dim3(kSampleColumns, kSampleRows)};
}

struct Position {
  int x, y;
};

__device__ inline Position sample_of_thread() {
  return {static_cast<int>(blockIdx.x * kSampleColumns + threadIdx.x),
          static_cast<int>(blockIdx.y * kSampleRows + threadIdx.y)};
}

}  // namespace mosaic::gpu
