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

TEST(BoundedQueue, TryPopDoesNotWait) {
  BoundedQueue<int> queue(1);
  EXPECT_EQ(queue.try_pop(), std::nullopt);
  EXPECT_TRUE(queue.push(4));
  EXPECT_EQ(queue.try_pop(), 4);
  std::thread producer([&] {
    queue.push(5);
    queue.push(6);  // waits until try_pop() makes room
    queue.close();
  });
  int expected = 5;
  while (expected < 7) {
    const std::optional<int> item = queue.try_pop();
    if (item) {
      EXPECT_EQ(*item, expected++);
    }
  }
  producer.join();
  EXPECT_EQ(queue.try_pop(), std::nullopt);
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

TEST(BoundedQueue, ACancelledStreamIsToldFromACompleteOne) {
  BoundedQueue<int> complete(2);
  ASSERT_TRUE(complete.push(1));
  complete.close();
  EXPECT_EQ(complete.pop(), 1);
  EXPECT_FALSE(complete.pop().has_value());
  EXPECT_FALSE(complete.cancelled());

  BoundedQueue<int> cut(2);
  ASSERT_TRUE(cut.push(1));
  cut.cancel();
  cut.close();  // as by a producer that notices nothing
  EXPECT_FALSE(cut.pop().has_value());
  EXPECT_TRUE(cut.cancelled());
}

}  // namespace
}  // namespace mosaic
