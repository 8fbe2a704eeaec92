#include <gtest/gtest.h>

#include <atomic>
#include <stdexcept>
#include <string>
#include <thread>

#include "pipeline/bounded_queue.hpp"
#include "pipeline/side_by_side.hpp"

namespace mosaic {
namespace {

TEST(SideBySide, AllRunAtOnce) {
  BoundedQueue<int> there(1);
  BoundedQueue<int> back(1);
  int sum = 0;
  // Each waits for another: one after the other they would never end.
  run_side_by_side({[&] {
                      for (int i = 1; i <= 10; ++i) there.push(i);
                      there.close();
                    },
                    [&] {
                      while (const auto value = there.pop()) back.push(10 * *value);
                      back.close();
                    },
                    [&] {
                      while (const auto value = back.pop()) sum += *value;
                    }},
                   [] {});
  EXPECT_EQ(sum, 550);
}

TEST(SideBySide, TheFirstFailureEndsTheOthersAndIsTheOneReported) {
  for (std::size_t failing = 0; failing < 3; ++failing) {
    BoundedQueue<int> never(1);
    const auto body = [&](std::size_t self) {
      return [&never, self, failing] {
        if (self == failing) throw std::runtime_error("first");
        if (!never.pop()) throw std::runtime_error("woken by cancel");
      };
    };
    std::string what;
    try {
      run_side_by_side({body(0), body(1), body(2)}, [&] { never.cancel(); });
    } catch (const std::runtime_error& error) {
      what = error.what();
    }
    EXPECT_EQ(what, "first") << failing;
  }
}

}  // namespace
}  // namespace mosaic
