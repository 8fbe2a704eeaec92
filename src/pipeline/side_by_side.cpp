#include "pipeline/side_by_side.hpp"

#include <exception>
#include <mutex>
#include <thread>

namespace mosaic {

void run_side_by_side(const std::vector<std::function<void()>>& bodies,
                      const std::function<void()>& cancel) {
  std::mutex mutex;
  std::exception_ptr first_failure;
  const auto guarded = [&](const std::function<void()>& body) {
    try {
      body();
    } catch (...) {
      {
        const std::scoped_lock lock(mutex);
        if (!first_failure) first_failure = std::current_exception();
      }
      cancel();
    }
  };
  {
    std::vector<std::jthread> threads;  // joined at the end of the scope, whatever happens
    guarded([&] {
      threads.reserve(bodies.size());
      for (std::size_t i = 0; i + 1 < bodies.size(); ++i) {
        threads.emplace_back([&guarded, &body = bodies[i]] { guarded(body); });
      }
      bodies.back()();
    });
  }
  if (first_failure) std::rethrow_exception(first_failure);
}

}  // namespace mosaic
