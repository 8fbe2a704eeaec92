#include "core/parallel_for.hpp"

#include <sched.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <system_error>
#include <thread>
#include <vector>

namespace mosaic {

int available_cores() {
  cpu_set_t set;
  CPU_ZERO(&set);
  if (sched_getaffinity(0, sizeof set, &set) == 0) {
    const int count = CPU_COUNT(&set);
    if (count > 0) return count;
  }
  return static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
}

namespace {

/// One parallel_for call: workers draw chunk numbers until none is left.
struct Job {
  std::size_t count = 0;
  std::size_t grain = 1;
  const std::function<void(std::size_t, std::size_t)>* body = nullptr;
  std::atomic<std::size_t> next{0};
  std::mutex failure_mutex;
  std::exception_ptr failure;

  void run() {
    for (;;) {
      const std::size_t begin = next.fetch_add(grain);
      if (begin >= count) return;
      try {
        (*body)(begin, std::min(count, begin + grain));
      } catch (...) {
        const std::scoped_lock lock(failure_mutex);
        if (!failure) failure = std::current_exception();
        next.store(count);
      }
    }
  }
};

}  // namespace

struct ThreadPool::State {
  std::mutex call_mutex;  // one job at a time
  std::mutex mutex;
  std::condition_variable wake;
  std::condition_variable idle;
  Job* job = nullptr;
  std::size_t generation = 0;
  int busy = 0;
  bool stopping = false;
  std::vector<std::thread> workers;

  void work() {
    std::size_t seen = 0;
    for (;;) {
      Job* mine = nullptr;
      {
        std::unique_lock lock(mutex);
        wake.wait(lock, [&] { return stopping || generation != seen; });
        if (stopping) return;
        seen = generation;
        mine = job;
        if (mine == nullptr) continue;  // the job ended before this worker woke
        ++busy;
      }
      mine->run();
      {
        const std::scoped_lock lock(mutex);
        --busy;
      }
      idle.notify_one();
    }
  }
};

ThreadPool::ThreadPool(int threads) : state_(std::make_unique<State>()) {
  const int total = threads > 0 ? threads : available_cores();
  try {
    for (int i = 1; i < total; ++i) {
      state_->workers.emplace_back([state = state_.get()] { state->work(); });
    }
  } catch (const std::system_error&) {
    // The system gives no more threads; results do not depend on their number, so those that
    // started do the work.
    return;
  }
}

ThreadPool::~ThreadPool() {
  {
    const std::scoped_lock lock(state_->mutex);
    state_->stopping = true;
  }
  state_->wake.notify_all();
  for (auto& worker : state_->workers) worker.join();
}

int ThreadPool::threads() const { return static_cast<int>(state_->workers.size()) + 1; }

void ThreadPool::parallel_for(std::size_t count, std::size_t grain,
                              const std::function<void(std::size_t, std::size_t)>& body) {
  if (count == 0) return;
  Job job;
  job.count = count;
  job.grain = std::max<std::size_t>(1, grain);
  job.body = &body;
  const std::scoped_lock call(state_->call_mutex);
  {
    const std::scoped_lock lock(state_->mutex);
    state_->job = &job;
    ++state_->generation;
  }
  state_->wake.notify_all();
  job.run();
  {
    std::unique_lock lock(state_->mutex);
    state_->job = nullptr;  // a worker that has not woken yet must not see a dead job
    state_->idle.wait(lock, [&] { return state_->busy == 0; });
  }
  if (job.failure) std::rethrow_exception(job.failure);
}

}  // namespace mosaic
