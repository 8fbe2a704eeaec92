// operator new that fails when told to. Link mosaic_failing_new.
#pragma once

namespace mosaic::test {

/// While it lives, this thread's operator new fails from the `after`-th call on.
class FailingNew {
 public:
  explicit FailingNew(int after = 0);
  ~FailingNew();
  FailingNew(const FailingNew&) = delete;
  FailingNew& operator=(const FailingNew&) = delete;
};

}  // namespace mosaic::test
