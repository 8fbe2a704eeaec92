// What two runs of one job saw, held against each other as it comes.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <mutex>
#include <string>

#include "pipeline/stage_probe.hpp"

namespace mosaic {

/// The first run puts its hashes down; the second waits for each of its own to be put down by the
/// first, so that what differs ends it before it goes on with it.
class TwinLedger {
 public:
  TwinLedger(std::string first, std::string second);

  /// The watches of the two; each is for one run, whose stages come in order.
  [[nodiscard]] StageWatch& first() { return put_; }
  [[nodiscard]] StageWatch& second() { return compare_; }

  void first_is_done();
  /// Throws VerifyError when the first run had more.
  void second_is_done();
  /// Whoever waits stops waiting and throws Interrupted.
  void abandon();

  /// Hashes that were equal.
  [[nodiscard]] std::int64_t compared() const;

 private:
  struct Entry {
    std::int64_t frame;
    Stage stage;
    std::uint64_t hash;
  };
  struct Put final : StageWatch {
    TwinLedger& ledger;
    explicit Put(TwinLedger& l) : ledger(l) {}
    void saw(std::int64_t frame, Stage stage, std::uint64_t hash) override {
      ledger.put({frame, stage, hash});
    }
  };
  struct Compare final : StageWatch {
    TwinLedger& ledger;
    explicit Compare(TwinLedger& l) : ledger(l) {}
    void saw(std::int64_t frame, Stage stage, std::uint64_t hash) override {
      ledger.compare({frame, stage, hash});
    }
  };
  void put(const Entry& entry);
  void compare(const Entry& entry);
  [[noreturn]] void only_in(const std::string& run, const Entry& entry) const;

  std::string first_name_, second_name_;
  Put put_{*this};
  Compare compare_{*this};
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Entry> waiting_;
  std::int64_t compared_ = 0;
  bool done_ = false;
  bool abandoned_ = false;
};

}  // namespace mosaic
