#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <functional>
#include <new>
#include <optional>
#include <set>
#include <stdexcept>
#include <thread>
#include <vector>

#include "core/parallel_for.hpp"
#include "support/failing_new.hpp"

namespace mosaic {
namespace {

TEST(ParallelFor, VisitsEveryIndexOnceInChunksOfAtMostTheGrain) {
  for (const int threads : {1, 2, 3, 8}) {
    ThreadPool pool(threads);
    ASSERT_EQ(pool.threads(), threads);
    for (const std::size_t count : {0U, 1U, 2U, 7U, 64U, 1000U}) {
      for (const std::size_t grain : {0U, 1U, 3U, 64U, 5000U}) {
        std::vector<std::atomic<int>> visits(count);
        std::atomic<bool> too_long = false;
        pool.parallel_for(count, grain, [&](std::size_t begin, std::size_t end) {
          if (begin >= end || end - begin > std::max<std::size_t>(1, grain)) too_long = true;
          for (std::size_t i = begin; i < end; ++i) visits[i].fetch_add(1);
        });
        EXPECT_FALSE(too_long) << threads << " threads, grain " << grain;
        for (std::size_t i = 0; i < count; ++i) {
          ASSERT_EQ(visits[i].load(), 1)
              << "index " << i << " of " << count << ", grain " << grain << ", threads " << threads;
        }
      }
    }
  }
}

TEST(ParallelFor, OneThreadRunsInTheCaller) {
  ThreadPool pool(1);
  std::set<std::thread::id> seen;
  pool.parallel_for(100, 1,
                    [&](std::size_t, std::size_t) { seen.insert(std::this_thread::get_id()); });
  EXPECT_EQ(seen, std::set<std::thread::id>{std::this_thread::get_id()});
}

TEST(ParallelFor, RethrowsAndStaysUsable) {
  for (const int threads : {1, 2, 4}) {
    ThreadPool pool(threads);
    EXPECT_THROW(pool.parallel_for(1000, 1,
                                   [](std::size_t begin, std::size_t) {
                                     if (begin == 17) throw std::runtime_error("seventeen");
                                   }),
                 std::runtime_error);
    // The next call must neither see the old failure nor lose indices.
    std::atomic<int> visits = 0;
    pool.parallel_for(1000, 10, [&](std::size_t begin, std::size_t end) {
      visits.fetch_add(static_cast<int>(end - begin));
    });
    EXPECT_EQ(visits.load(), 1000) << threads;
  }
}

TEST(ParallelFor, AFailureStopsTheRest) {
  ThreadPool pool(2);
  std::atomic<int> started = 0;
  EXPECT_THROW(pool.parallel_for(1'000'000, 1,
                                 [&](std::size_t, std::size_t) {
                                   started.fetch_add(1);
                                   throw std::runtime_error("at once");
                                 }),
               std::runtime_error);
  EXPECT_LE(started.load(), 2) << "each thread runs at most the chunk it had already drawn";
}

TEST(ParallelFor, CallsFromSeveralThreadsAreServedOneAfterAnother) {
  ThreadPool pool(3);
  std::atomic<int> inside = 0;  // callers whose bodies are running
  std::atomic<bool> overlapped = false;
  std::atomic<int> total = 0;
  std::vector<std::thread> callers;
  std::atomic<int> owner = -1;
  for (int caller = 0; caller < 4; ++caller) {
    callers.emplace_back([&, caller] {
      for (int round = 0; round < 50; ++round) {
        pool.parallel_for(20, 1, [&](std::size_t, std::size_t) {
          inside.fetch_add(1);
          int expected = -1;
          if (!owner.compare_exchange_strong(expected, caller) && expected != caller) {
            overlapped = true;
          }
          total.fetch_add(1);
          if (inside.fetch_sub(1) == 1) owner = -1;
        });
      }
    });
  }
  for (auto& caller : callers) caller.join();
  EXPECT_EQ(total.load(), 4 * 50 * 20);
  EXPECT_FALSE(overlapped);
}

TEST(ParallelFor, ZeroThreadsMeansTheCoresOfThisProcess) {
  ThreadPool pool(0);
  EXPECT_EQ(pool.threads(), available_cores());
  EXPECT_GE(available_cores(), 1);
}

// It waited for itself for ever.
TEST(ParallelFor, ACallFromWithinIsRefused) {
  for (const int threads : {1, 3}) {
    ThreadPool pool(threads);
    ThreadPool other(2);
    const auto call = [](ThreadPool& of, const std::function<void()>& body) {
      of.parallel_for(8, 1, [&](std::size_t, std::size_t) { body(); });
    };
    EXPECT_THROW(call(pool, [&] { call(pool, [] {}); }), std::logic_error);
    EXPECT_THROW(call(pool, [&] { call(other, [&] { call(pool, [] {}); }); }), std::logic_error);
    std::atomic<int> visits = 0;
    call(pool, [&] { call(other, [&] { ++visits; }); });
    EXPECT_EQ(visits, 64);
  }
}

// Threads that ran already ended the program.
TEST(ParallelFor, WithoutMemoryForMoreThreadsThoseThatStartedDoTheWork) {
  int fewer = 0;
  for (int after = 0; after < 12; ++after) {
    try {
      std::optional<ThreadPool> pool;
      {
        const test::FailingNew failing(after);
        pool.emplace(4);
      }
      fewer += pool->threads() < 4 ? 1 : 0;
      std::atomic<int> visits = 0;
      pool->parallel_for(100, 1, [&](std::size_t, std::size_t) { ++visits; });
      EXPECT_EQ(visits, 100);
    } catch (const std::bad_alloc&) {
      EXPECT_LT(after, 2) << "before any thread";
    }
  }
  EXPECT_GT(fewer, 0);
}

TEST(ParallelFor, ManySmallCallsDoNotHangOrLoseWork) {
  ThreadPool pool(4);
  std::int64_t sum = 0;
  for (int round = 0; round < 5000; ++round) {
    std::vector<int> parts(4, 0);
    pool.parallel_for(4, 1, [&](std::size_t begin, std::size_t end) {
      for (std::size_t i = begin; i < end; ++i) parts[i] = static_cast<int>(i) + 1;
    });
    for (const int part : parts) sum += part;
  }
  EXPECT_EQ(sum, 5000 * 10);
}

}  // namespace
}  // namespace mosaic
