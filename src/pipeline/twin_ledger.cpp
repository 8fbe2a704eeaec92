#include "pipeline/twin_ledger.hpp"

#include <utility>

#include "core/hash.hpp"
#include "mosaic/error.hpp"

namespace mosaic {
namespace {

constexpr char kHint[] = "both must give the same bits; please report it with the input";

std::string place(std::int64_t frame, Stage stage) {
  return "frame " + std::to_string(frame) + ": stage " + std::string(stage_name(stage));
}

}  // namespace

TwinLedger::TwinLedger(std::string first, std::string second)
    : first_name_(std::move(first)), second_name_(std::move(second)) {}

void TwinLedger::put(const Entry& entry) {
  const std::scoped_lock lock(mutex_);
  waiting_.push_back(entry);
  changed_.notify_all();
}

void TwinLedger::compare(const Entry& entry) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return abandoned_ || done_ || !waiting_.empty(); });
  if (abandoned_) throw Interrupted();
  if (waiting_.empty()) only_in(second_name_, entry);
  const Entry other = waiting_.front();
  waiting_.pop_front();
  if (other.frame != entry.frame || other.stage != entry.stage) {
    const bool other_first =
        std::pair(other.frame, other.stage) < std::pair(entry.frame, entry.stage);
    only_in(other_first ? first_name_ : second_name_, other_first ? other : entry);
  }
  if (other.hash != entry.hash) {
    throw VerifyError(place(entry.frame, entry.stage) + " differs: " + hex64(other.hash) + " on " +
                          first_name_ + ", " + hex64(entry.hash) + " on " + second_name_,
                      kHint);
  }
  ++compared_;
}

void TwinLedger::only_in(const std::string& run, const Entry& entry) const {
  throw VerifyError(place(entry.frame, entry.stage) + " differs: only " + run + " has it", kHint);
}

void TwinLedger::first_is_done() {
  const std::scoped_lock lock(mutex_);
  done_ = true;
  changed_.notify_all();
}

void TwinLedger::second_is_done() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return abandoned_ || done_ || !waiting_.empty(); });
  if (!abandoned_ && !waiting_.empty()) only_in(first_name_, waiting_.front());
}

void TwinLedger::abandon() {
  const std::scoped_lock lock(mutex_);
  abandoned_ = true;
  changed_.notify_all();
}

std::int64_t TwinLedger::compared() const {
  const std::scoped_lock lock(mutex_);
  return compared_;
}

}  // namespace mosaic
