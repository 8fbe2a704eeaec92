// One fiber per CUDA thread of a block.
#pragma once

#include <cuda_runtime.h>

#include <cstddef>
#include <functional>
#include <random>
#include <string>

// g++ and Clang say it in different ways.
#if defined(__SANITIZE_ADDRESS__)
#define MOSAIC_ADDRESS_SANITIZER 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define MOSAIC_ADDRESS_SANITIZER 1
#endif
#endif
#ifndef MOSAIC_ADDRESS_SANITIZER
#define MOSAIC_ADDRESS_SANITIZER 0
#endif

namespace emulator {

struct BlockLaunch {
  dim3 grid, block;
  uint3 block_index;
  std::size_t shared_bytes;
  const std::function<void()>* body;
  const char* name;
  unsigned seed;
};

/// Runs all threads of one block to their end. Returns what went wrong, or nothing.
std::string run_block(const BlockLaunch& launch, std::mt19937& random);

}  // namespace emulator
