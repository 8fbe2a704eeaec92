#include <functional>

#include "metrics/report.hpp"
#include "metrics/similarity.hpp"

namespace mosaic::metrics {
namespace {

enum class Better { higher, lower };

using Measure = std::function<std::optional<double>(const FrameMeasures&)>;

/// None when no frame has the measure.
std::optional<Spread> spread_of(const std::vector<FrameMeasures>& frames, Better better,
                                const Measure& measure) {
  Spread spread;
  std::int64_t count = 0;
  for (std::size_t i = 0; i < frames.size(); ++i) {
    const std::optional<double> value = measure(frames[i]);
    if (!value) continue;
    const bool is_worse = better == Better::higher ? *value < spread.worst : *value > spread.worst;
    if (count == 0 || is_worse) {
      spread.worst = *value;
      spread.worst_at = static_cast<std::int64_t>(i);
    }
    spread.mean += *value;
    ++count;
  }
  if (count == 0) return std::nullopt;
  spread.mean /= static_cast<double>(count);
  return spread;
}

template <class T>
std::optional<T> total_of(const std::vector<FrameMeasures>& frames,
                          std::optional<T> FrameMeasures::*part) {
  std::optional<T> total;
  for (const FrameMeasures& frame : frames) {
    if (!(frame.*part)) continue;
    if (!total) total.emplace();
    *total += *(frame.*part);
  }
  return total;
}

double mean_mse(const std::vector<FrameMeasures>& frames, double FrameMeasures::*part) {
  double sum = 0.0;
  for (const FrameMeasures& frame : frames) sum += frame.*part;
  return sum / static_cast<double>(frames.size());
}

}  // namespace

Digest digest_of(const ClipReport& report) {
  const std::vector<FrameMeasures>& frames = report.frames;
  Digest digest;
  const auto higher = [&](const Measure& measure) {
    return spread_of(frames, Better::higher, measure);
  };
  const auto lower = [&](const Measure& measure) {
    return spread_of(frames, Better::lower, measure);
  };
  const auto far_ssim = [&](std::optional<FarFidelity> FrameMeasures::*part) {
    return higher([part](const FrameMeasures& f) {
      return f.*part ? (f.*part)->ssim : std::optional<double>();
    });
  };
  const auto far_color = [&](std::optional<FarFidelity> FrameMeasures::*part) {
    return lower([part](const FrameMeasures& f) {
      return f.*part ? std::optional((f.*part)->ciede2000) : std::nullopt;
    });
  };
  digest.ssim = *higher([](const FrameMeasures& f) { return f.ssim; });
  digest.psnr_grey_db = *higher([](const FrameMeasures& f) { return psnr_db(f.mse_grey); });
  digest.psnr_rgb_db = *higher([](const FrameMeasures& f) { return psnr_db(f.mse_rgb); });
  digest.pooled_psnr_grey_db = psnr_db(mean_mse(frames, &FrameMeasures::mse_grey));
  digest.pooled_psnr_rgb_db = psnr_db(mean_mse(frames, &FrameMeasures::mse_rgb));
  digest.ssim_3x3 = far_ssim(&FrameMeasures::at_3x3);
  digest.ssim_1x1 = far_ssim(&FrameMeasures::at_1x1);
  digest.ciede2000_3x3 = far_color(&FrameMeasures::at_3x3);
  digest.ciede2000_1x1 = far_color(&FrameMeasures::at_1x1);
  digest.still = total_of(frames, &FrameMeasures::still);
  digest.cells = total_of(frames, &FrameMeasures::cells);
  digest.warped = total_of(frames, &FrameMeasures::warped);
  return digest;
}

}  // namespace mosaic::metrics
