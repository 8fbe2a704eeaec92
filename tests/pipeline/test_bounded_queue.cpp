#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "pipeline/bounded_queue.hpp"

namespace mosaic {
namespace {

TEST(BoundedQueue, KeepsOrderAndEndsAfterClose) {
  BoundedQueue<int> queue(2);
  std::thread producer([&] {
    for (int i = 0; i < 1000; ++i) queue.push(i);
    queue.close();
  });
  int expected = 0;
  while (const std::optional<int> item = queue.pop()) EXPECT_EQ(*item, expected++);
  producer.join();
  EXPECT_EQ(expected, 1000);
}

TEST(BoundedQueue, NeverHoldsMoreThanItsCapacity) {
  BoundedQueue<int> queue(3);
  std::atomic<int> pushed = 0;
  std::thread producer([&] {
    for (int i = 0; i < 50; ++i) {
      queue.push(i);
      ++pushed;
    }
    queue.close();
  });
  int popped = 0;
  while (queue.pop()) {
    ++popped;
    EXPECT_LE(pushed.load(), popped + 3 + 1);
  }
  producer.join();
  EXPECT_EQ(popped, 50);
}

TEST(BoundedQueue, CancelReleasesAWaitingProducerAndDropsWhatIsLeft) {
  BoundedQueue<int> queue(1);
  ASSERT_TRUE(queue.push(1));
  bool accepted = true;
  std::thread producer([&] { accepted = queue.push(2); });
  queue.cancel();
  producer.join();
  EXPECT_FALSE(accepted);
  EXPECT_FALSE(queue.pop().has_value());
}

TEST(BoundedQueue, CancelReleasesAWaitingConsumer) {
  BoundedQueue<int> queue(1);
  std::optional<int> item = 7;
  std::thread consumer([&] { item = queue.pop(); });
  queue.cancel();
  consumer.join();
  EXPECT_FALSE(item.has_value());
}

}  // namespace
}  // namespace mosaic
