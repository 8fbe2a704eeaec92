// How long the solver takes per frame.
#pragma once

#include <cstdint>
#include <vector>

namespace mosaic {

/// Seconds of wall time of all solves of a frame (or of its placement by diffusion), proofs checked
/// included.
class SolveTimes {
 public:
  struct Summary {
    std::int64_t frames = 0;
    double median = 0.0;
    double p99 = 0.0;  ///< the least that at least 99 of 100 frames do not exceed
    double longest = 0.0;
  };

  void add(double seconds, bool first_of_shot) {
    (first_of_shot ? first_ : within_).push_back(static_cast<float>(seconds));
  }
  /// A shot's first frame takes an auction for its first prices, and more rounds.
  [[nodiscard]] Summary first_of_shots() const { return summary(first_); }
  [[nodiscard]] Summary within_shots() const { return summary(within_); }

 private:
  static Summary summary(std::vector<float> seconds);

  std::vector<float> first_;
  std::vector<float> within_;
};

}  // namespace mosaic
