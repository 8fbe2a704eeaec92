// What the files of the emulated device share.
#pragma once

#include <cuda_runtime.h>

#include <chrono>
#include <deque>
#include <functional>
#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "support/cuda_emulator/emulator.hpp"

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

inline Device device;

inline thread_local int current_card = 0;

/// Errors are kept for cudaGetLastError().
cudaError_t remember(cudaError_t error);
/// What no right program does: a test finds it in violations().
cudaError_t violation(const std::string& text, cudaError_t error);

/// Device memory is out of the host's reach while no kernel and no copy runs.
void allow_access(bool allow);

void run_everything();
cudaError_t enqueue(cudaStream_t stream, EmulatedTask task);

}  // namespace emulator
