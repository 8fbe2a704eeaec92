#include "support/failing_new.hpp"

#include <cstddef>
#include <cstdlib>
#include <new>

namespace {

constexpr int kNever = -1;
thread_local int calls_left = kNever;

}  // namespace

namespace mosaic::test {

FailingNew::FailingNew(int after) { calls_left = after; }
FailingNew::~FailingNew() { calls_left = kNever; }

}  // namespace mosaic::test

void* operator new(std::size_t bytes) {
  if (calls_left == 0) throw std::bad_alloc();
  if (calls_left > 0) --calls_left;
  if (void* const memory = std::malloc(bytes > 0 ? bytes : 1)) return memory;
  throw std::bad_alloc();
}
void* operator new[](std::size_t bytes) { return operator new(bytes); }
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete[](void* memory) noexcept { std::free(memory); }
void operator delete[](void* memory, std::size_t) noexcept { std::free(memory); }
