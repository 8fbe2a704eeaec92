// Threads that form one piece of work: all end when one fails.
#pragma once

#include <functional>
#include <vector>

namespace mosaic {

/// Runs every body at once, the last one on the calling thread, and returns when all have ended.
/// When one throws, `cancel` is called (by that thread; more than once if several throw), which
/// must make the others return soon. The exception thrown first is the one that is rethrown; the
/// same holds for a thread that cannot be started.
void run_side_by_side(const std::vector<std::function<void()>>& bodies,
                      const std::function<void()>& cancel);

}  // namespace mosaic
