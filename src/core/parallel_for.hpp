// A fixed-size pool of threads that runs index ranges. Results never depend on the thread count:
// the body sees disjoint ranges and must write only what belongs to its own indices.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>

namespace mosaic {

/// Number of cores this process may run on, at least 1: by its affinity mask and by the limits of
/// the control groups that containers set.
int available_cores();

class ThreadPool {
 public:
  /// `threads` <= 0 means available_cores(). One thread means: run in the caller.
  explicit ThreadPool(int threads);
  ~ThreadPool();
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  [[nodiscard]] int threads() const;

  /// Calls body(begin, end) over a partition of [0, count) into chunks of at most `grain`
  /// indices; the caller takes part. The first exception is rethrown here after all have stopped.
  /// May be called from several threads; calls are then served one after another. Not from a body
  /// of the same pool: throws std::logic_error.
  void parallel_for(std::size_t count, std::size_t grain,
                    const std::function<void(std::size_t begin, std::size_t end)>& body);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace mosaic
