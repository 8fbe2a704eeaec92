#include "core/parallel_for.hpp"

#include <sched.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <new>
#include <stdexcept>
#include <system_error>
#include <thread>
#include <vector>

#include "core/cpu_quota.hpp"

namespace mosaic {

namespace {

/// By the affinity mask; 0 where the system does not say. The kernel refuses a mask that is smaller
/// than its own, which has room for all processors it may ever have.
int allowed_cores() {
  constexpr int kMost = 1 << 20;
  for (int room = CPU_SETSIZE; room <= kMost; room *= 2) {
    cpu_set_t* const set = CPU_ALLOC(room);
    if (set == nullptr) return 0;
    const std::size_t bytes = CPU_ALLOC_SIZE(room);
    CPU_ZERO_S(bytes, set);
    const bool known = sched_getaffinity(0, bytes, set) == 0;
    const bool too_small = !known && errno == EINVAL;
    const int count = known ? CPU_COUNT_S(bytes, set) : 0;
    CPU_FREE(set);
    if (!too_small) return count;
  }
  return 0;
}

/// The pools whose work this thread does, the innermost first.
struct Inside {
  const void* pool;
  const Inside* outer;
};
thread_local const Inside* inside = nullptr;

/// One parallel_for call: workers draw chunk numbers until none is left.
struct Job {
  std::size_t count = 0;
  std::size_t grain = 1;
  const std::function<void(std::size_t, std::size_t)>* body = nullptr;
  const Inside* outer = nullptr;  ///< the work that the call is a part of, on whatever thread it is
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

/// A call from within would wait for the one that it is a part of.
void refuse_nested(const void* pool) {
  for (const Inside* at = inside; at != nullptr; at = at->outer) {
    if (at->pool == pool) throw std::logic_error("parallel_for within parallel_for of one pool");
  }
}

void run_inside(const void* pool, Job& job) {
  const Inside here{pool, job.outer};
  const Inside* const before = inside;  // of a worker: none
  inside = &here;
  job.run();  // throws nothing
  inside = before;
}

}  // namespace

int available_cores() {
  int cores = allowed_cores();
  if (cores < 1) cores = static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
  // More threads than a container gives time for would only take turns.
  return std::min(cores, cpu_quota().value_or(cores));
}

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
      run_inside(this, *mine);
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
  // What fails with threads running would destroy the vector with them.
  state_->workers.reserve(static_cast<std::size_t>(total - 1));
  // Where the system gives no more threads, or no memory for them: results do not depend on their
  // number, so those that started do the work.
  try {
    for (int i = 1; i < total; ++i) {
      state_->workers.emplace_back([state = state_.get()] { state->work(); });
    }
  } catch (const std::system_error&) {
    return;
  } catch (const std::bad_alloc&) {
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
  refuse_nested(state_.get());
  Job job;
  job.count = count;
  job.grain = std::max<std::size_t>(1, grain);
  job.body = &body;
  job.outer = inside;
  const std::scoped_lock call(state_->call_mutex);
  {
    const std::scoped_lock lock(state_->mutex);
    state_->job = &job;
    ++state_->generation;
  }
  state_->wake.notify_all();
  run_inside(state_.get(), job);
  {
    std::unique_lock lock(state_->mutex);
    state_->job = nullptr;  // a worker that has not woken yet must not see a dead job
    state_->idle.wait(lock, [&] { return state_->busy == 0; });
  }
  if (job.failure) std::rethrow_exception(job.failure);
}

}  // namespace mosaic
