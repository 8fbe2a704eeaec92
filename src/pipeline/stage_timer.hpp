// Adds the wall time of a scope to a stage's.
#pragma once

#include <chrono>

#include "pipeline/mosaic_engine.hpp"

namespace mosaic {

class StageTimer {
 public:
  StageTimer(StageTimes& times, StageTimes::Stage stage)
      : total_(times.seconds[stage]), start_(std::chrono::steady_clock::now()) {}
  ~StageTimer() {
    total_ += std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
  }
  StageTimer(const StageTimer&) = delete;
  StageTimer& operator=(const StageTimer&) = delete;

 private:
  double& total_;
  std::chrono::steady_clock::time_point start_;
};

}  // namespace mosaic
