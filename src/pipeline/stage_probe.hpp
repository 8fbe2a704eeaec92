// What the stages of a frame gave, as hashes, told to whoever compares or records them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <vector>

#include "backend/backend.hpp"
#include "mosaic/stages.hpp"

namespace mosaic {

class StageWatch {
 public:
  virtual ~StageWatch() = default;
  /// Frames and, within a frame, stages come in order. May throw, which ends the run.
  virtual void saw(std::int64_t frame, Stage stage, std::uint64_t hash) = 0;
};

using StageParts = std::initializer_list<std::span<std::byte>>;

/// XXH3-64 over the length and the bytes of each part.
std::uint64_t hash_parts(StageParts parts);

template <class T>
std::span<std::byte> bytes_of(std::vector<T>& values) {
  return std::as_writable_bytes(std::span(values));
}

/// Hashes stages and tells the watches. Whoever has no probe hashes nothing.
class StageProbe {
 public:
  void add(StageWatch& watch) { watches_.push_back(&watch); }
  void set_fault(StageFault fault) { fault_ = std::move(fault); }

  void show(std::int64_t frame, Stage stage, StageParts parts) {
    tell(frame, stage, hash(frame, stage, parts));
  }
  /// For a stage whose turn to be told comes later. Throws std::logic_error when a stage has
  /// another number of parts than kStageArrays says, because then no test would spoil them all.
  [[nodiscard]] std::uint64_t hash(std::int64_t frame, Stage stage, StageParts parts) const;
  [[nodiscard]] std::uint64_t hash(std::int64_t frame, Stage stage, Picture& picture) const;
  /// Throws VerifyError when a stage before this one was left out: what nobody hashes would be
  /// equal in every run. Only Stage::flow may be missing, where a shot begins.
  void tell(std::int64_t frame, Stage stage, std::uint64_t hash);
  /// The same of the last frame, after it.
  void require_complete() const;
  /// Lets a fault change a picture, and hashes nothing.
  void spoil(std::int64_t frame, Stage stage, Picture& picture) const;

 private:
  void require_up_to(std::size_t stage) const;

  std::vector<StageWatch*> watches_;
  StageFault fault_;
  std::int64_t frame_ = -1;  ///< told last; -1: none yet
  std::size_t next_ = 0;     ///< stage of it that is to be told next
};

}  // namespace mosaic
