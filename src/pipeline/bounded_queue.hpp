// A queue between two threads that holds at most `capacity` items.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <optional>
#include <utility>

namespace mosaic {

/// push() waits while full, pop() while empty. close() ends the stream: pop() hands out what is
/// left, then nothing. cancel() ends it at once for both sides: push() returns false, pop()
/// nothing. Who draws conclusions from the end of the stream asks cancelled() which it was.
template <class T>
class BoundedQueue {
 public:
  explicit BoundedQueue(std::size_t capacity) : capacity_(capacity) {}

  /// False when the queue was closed or cancelled; the item is then dropped.
  bool push(T item) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return closed_ || items_.size() < capacity_; });
    if (closed_) return false;
    items_.push_back(std::move(item));
    changed_.notify_all();
    return true;
  }

  std::optional<T> pop() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return closed_ || !items_.empty(); });
    return take();
  }

  /// What is there already, or nothing; does not wait.
  std::optional<T> try_pop() {
    const std::scoped_lock lock(mutex_);
    return take();
  }

  void close() {
    const std::scoped_lock lock(mutex_);
    closed_ = true;
    changed_.notify_all();
  }

  void cancel() {
    const std::scoped_lock lock(mutex_);
    closed_ = true;
    cancelled_ = true;
    items_.clear();
    changed_.notify_all();
  }

  /// Whether items may have been dropped. Asked after pop() gave nothing, this tells a stream that
  /// was cut short from one that is complete.
  [[nodiscard]] bool cancelled() const {
    const std::scoped_lock lock(mutex_);
    return cancelled_;
  }

 private:
  std::optional<T> take() {
    std::optional<T> item;
    if (!items_.empty()) {
      item.emplace(std::move(items_.front()));
      items_.pop_front();
      changed_.notify_all();
    }
    return item;
  }

  std::size_t capacity_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<T> items_;
  bool closed_ = false;
  bool cancelled_ = false;
};

}  // namespace mosaic
