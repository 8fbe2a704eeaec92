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

/// Least squares with one slope for all shots: frames of each shot against its own means. Dark
/// frames are left out: black equals black, so a fade would pass for decay.
std::optional<double> trend_of(const ClipReport& report) {
  double sum_tt = 0.0;
  double sum_tv = 0.0;
  const auto is_cut = [&](std::size_t i) { return report.plan && report.plan->scene_cut[i]; };
  for (std::size_t first = 0; first < report.frames.size();) {
    std::size_t last = first + 1;
    while (last < report.frames.size() && !is_cut(last)) ++last;
    double n = 0.0, t = 0.0, v = 0.0, tt = 0.0, tv = 0.0;
    for (std::size_t i = first; i < last; ++i) {
      const FrameMeasures& frame = report.frames[i];
      if (!frame.at_3x3 || !frame.at_3x3->ssim || frame.source_luma < kDark_levels) {
        continue;
      }
      const auto at = static_cast<double>(i - first);
      n += 1.0;
      t += at;
      v += *frame.at_3x3->ssim;
      tt += at * at;
      tv += at * *frame.at_3x3->ssim;
    }
    if (n > 1.0) {
      sum_tt += tt - t * t / n;
      sum_tv += tv - t * v / n;
    }
    first = last;
  }
  if (sum_tt <= 0.0) return std::nullopt;
  return 100.0 * sum_tv / sum_tt;
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
  digest.recognition = total_of(frames, &FrameMeasures::recognition);
  digest.ssim_trend = trend_of(report);
  return digest;
}

}  // namespace mosaic::metrics
