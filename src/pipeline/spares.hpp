// Things that are expensive to make, on their way back from who has used them to who fills them.
#pragma once

#include <mutex>
#include <utility>
#include <vector>

namespace mosaic {

/// A fresh picture of a film costs more than what is drawn into it: its pages are mapped and
/// cleared one by one. There are never more spares than there were in use at once, as long as
/// nobody makes one while take() has one to give.
template <class T>
class Spares {
 public:
  void give(T item) {
    const std::scoped_lock lock(mutex_);
    items_.push_back(std::move(item));
  }

  /// One that was given, with what is in it, or a T{}.
  T take() {
    const std::scoped_lock lock(mutex_);
    if (items_.empty()) return T{};
    T item = std::move(items_.back());
    items_.pop_back();
    return item;
  }

 private:
  std::mutex mutex_;
  std::vector<T> items_;
};

}  // namespace mosaic
