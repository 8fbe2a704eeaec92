#include "flow/block_decide.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdlib>

namespace mosaic {

namespace {

__extension__ using Wide = __int128;

/// R must be this many residual variances. The low-pass makes neighbouring noise samples alike,
/// which raises the chi-square law's scale about sevenfold; compression noise needs the rest.
constexpr std::int64_t kEvidence = 160;
/// Residual variance never taken below (half a level)^2: rounding of the input. Sixteenths.
constexpr std::int64_t kVarianceFloor = 4;
/// Mean squared gradient, both axes together, below which a block is flat: (0.35 level/px)^2,
/// in 144ths.
constexpr std::int64_t kFlatGradient = 18;
/// Range of samples up to which a block is flat, whatever shines in from outside its window through
/// the low-pass: letterbox bars, clear sky.
constexpr int kFlatRange = 4;
/// A displacement beyond one pixel must at least halve the squared residual.
constexpr std::int64_t kHalving = 2;
/// Residual that still looks alike: (8 levels)^2 plus a quarter pixel's worth of gradient.
constexpr std::int64_t kAlikeVariance = 64 * 16;
constexpr std::int64_t kAlikeLevels = 14;
constexpr int kPoolRadius = 2;

/// Sums over a window with the means taken out, so that they can be added over several windows.
struct Model {
  std::int64_t pixels = 0;
  std::int64_t hxx = 0, hxy = 0, hyy = 0;
  std::int64_t bx = 0, by = 0;
  std::int64_t residual = 0;
  std::int64_t mean_e = 0;  ///< mean residual, quarter levels

  Model& operator+=(const Model& other) {
    pixels += other.pixels;
    hxx += other.hxx;
    hxy += other.hxy;
    hyy += other.hyy;
    bx += other.bx;
    by += other.by;
    residual += other.residual;
    return *this;
  }
};

Model model_of(const WindowSums& s) {
  const std::int64_t n = s.pixels;
  const auto centred = [n](std::int64_t ab, std::int64_t a, std::int64_t b) {
    return ab - a * b / n;
  };
  return {n,
          centred(s.gxgx, s.gx, s.gx),
          centred(s.gxgy, s.gx, s.gy),
          centred(s.gygy, s.gy, s.gy),
          centred(s.gxe, s.gx, s.e),
          centred(s.gye, s.gy, s.e),
          centred(s.ee, s.e, s.e),
          s.e / n};
}

/// The further shift that fits best, and what it is worth.
struct Fit {
  FlowVector shift;
  std::int64_t gain = 0;  ///< R of the note, in the unit of Model::residual
};

std::int64_t divide_rounded(Wide numerator, Wide denominator) {
  const Wide half = denominator / 2;
  return static_cast<std::int64_t>(numerator >= 0 ? (numerator + half) / denominator
                                                  : -((-numerator + half) / denominator));
}

std::int64_t variance_times_pixels(const Model& m, std::int64_t gain) {
  return std::max<std::int64_t>(0, m.residual - gain) + kVarianceFloor * m.pixels;
}

/// `ridge`: prior belief that the shift is within about half a pixel of zero, which keeps it small
/// across the direction in which the texture does not change.
Fit solve(const Model& m, std::int64_t ridge, int units_per_px) {
  const std::int64_t hxx = m.hxx + ridge;
  const std::int64_t hyy = m.hyy + ridge;
  const Wide det = Wide{hxx} * hyy - Wide{m.hxy} * m.hxy;
  if (det <= 0) return {};
  const Wide x = Wide{hyy} * m.bx - Wide{m.hxy} * m.by;  // both are det times -f, 3 px units
  const Wide y = Wide{hxx} * m.by - Wide{m.hxy} * m.bx;
  Fit fit;
  // e is in quarters and G in twelfths: a shift of one pixel is H^-1 B = 1/3.
  fit.shift.dx = static_cast<std::int32_t>(divide_rounded(-x * 3 * units_per_px, det));
  fit.shift.dy = static_cast<std::int32_t>(divide_rounded(-y * 3 * units_per_px, det));
  // B' H^-1 B, with H^-1 B to 16 fraction bits.
  const auto qx = static_cast<std::int64_t>((x << 16) / det);
  const auto qy = static_cast<std::int64_t>((y << 16) / det);
  fit.gain = static_cast<std::int64_t>((Wide{m.bx} * qx + Wide{m.by} * qy) >> 16);
  fit.gain = std::clamp<std::int64_t>(fit.gain, 0, m.residual);
  return fit;
}

/// Ridge of a prior deviation of half a pixel: variance * (12/4)^2 / (1/2)^2.
std::int64_t ridge_of(const Model& m) { return 36 * (m.residual / m.pixels + kVarianceFloor); }

/// `overlap`: how often each pixel of the picture was counted.
bool proves_motion(const Model& m, const Fit& fit, int overlap = 1) {
  return Wide{fit.gain} * m.pixels > Wide{kEvidence} * overlap * variance_times_pixels(m, fit.gain);
}

/// A window compared with one whole-pixel displacement of it.
struct Comparison {
  Step step;
  Model model;
  Fit fit;
};

struct Decision {
  FlowVector vector;
  bool proven = false;  ///< moves, by its own evidence
  bool flat = false;
  Model at_zero;
  Comparison last;  ///< nearest to the vector
};

FlowVector limited(FlowVector v, std::int32_t limit) {
  return {std::clamp(v.dx, -limit, limit), std::clamp(v.dy, -limit, limit)};
}

class Decider {
 public:
  explicit Decider(const SearchPair& pair)
      : pair_(pair), layout_(pair.layout), unit_(pair.layout.units_per_px()) {}

  [[nodiscard]] Model model(int column, int row, Step step) const {
    const int x = layout_.window_x[static_cast<std::size_t>(column)];
    const int y = layout_.window_y[static_cast<std::size_t>(row)];
    WindowSums sums;
    pair_.kernels.sums(pair_.source.detail(x, y), pair_.target.detail(x + step.x, y + step.y),
                       pair_.source.levels[0].stride, layout_.window, sums);
    return model_of(sums);
  }

  [[nodiscard]] bool allowed(int column, int row, Step step) const {
    return displacement_allowed(pair_, 0, layout_.window_x[static_cast<std::size_t>(column)],
                                layout_.window_y[static_cast<std::size_t>(row)], layout_.window,
                                step);
  }

  [[nodiscard]] Comparison compare(int column, int row, Step step) const {
    const Model m = model(column, row, step);
    return {step, m, solve(m, ridge_of(m), unit_)};
  }

  [[nodiscard]] Step better_step(int column, int row, Step step, FlowVector hint) const {
    const Step other = nearest_step(hint);
    if (other == step || !allowed(column, row, other)) return step;
    return model(column, row, other).residual < model(column, row, step).residual ? other : step;
  }

  [[nodiscard]] Decision decide(int column, int row, Step step) const {
    Decision d;
    d.last = {{}, model(column, row, {}), {}};
    d.at_zero = d.last.model;
    if (d.at_zero.residual == 0) return d;
    d.flat = d.at_zero.hxx + d.at_zero.hyy < kFlatGradient * d.at_zero.pixels ||
             sample_range(column, row) <= kFlatRange;
    d.last.fit = solve(d.at_zero, ridge_of(d.at_zero), unit_);
    if (d.flat) return d;
    if (std::abs(step.x) > 1 || std::abs(step.y) > 1) {
      const Comparison far = compare(column, row, step);
      if (d.at_zero.residual > kHalving * variance_times_pixels(far.model, far.fit.gain)) {
        d.proven = true;
        d.last = far;
        settle(column, row, d);
        return d;
      }
      step = {};
    }
    if (proves_motion(d.at_zero, d.last.fit)) {
      if (step != Step{}) d.last = compare(column, row, step);
      settle(column, row, d);
      d.proven = d.vector != FlowVector{};
    }
    return d;
  }

  /// The whole-pixel step, then a sub-pixel fit; the step moves on once if the fit leaves it.
  void settle(int column, int row, Decision& d) const {
    const Step step = d.last.step;
    const Step onward{step.x + nearest_px(d.last.fit.shift.dx),
                      step.y + nearest_px(d.last.fit.shift.dy)};
    if (onward != step && std::abs(onward.x - step.x) <= 1 && std::abs(onward.y - step.y) <= 1 &&
        allowed(column, row, onward)) {
      const Comparison further = compare(column, row, onward);
      if (further.model.residual < d.last.model.residual) d.last = further;
    }
    const FlowVector sub = limited(d.last.fit.shift, unit_);
    d.vector = {d.last.step.x * unit_ + sub.dx, d.last.step.y * unit_ + sub.dy};
  }

  /// `known` spares a comparison if it is the one that is needed.
  [[nodiscard]] bool looks_alike(int column, int row, FlowVector v, const Comparison& known) const {
    const Step step = nearest_step(v);
    if (!allowed(column, row, step)) return false;
    const Comparison c = step == known.step ? known : compare(column, row, step);
    const Model& m = c.model;
    // An error of a quarter pixel leaves (1/4 px * G)^2 behind: sixteenths from 144ths.
    const std::int64_t blur = (m.hxx + m.hyy) / 144;
    if (m.residual - c.fit.gain > kAlikeVariance * m.pixels + blur) return false;
    return std::abs(m.mean_e - 4 * pair_.brightness) <= 4 * kAlikeLevels;
  }

  [[nodiscard]] Step nearest_step(FlowVector v) const {
    return {nearest_px(v.dx), nearest_px(v.dy)};
  }

 private:
  /// Of the window's samples; reading stops as soon as the block cannot be flat.
  [[nodiscard]] int sample_range(int column, int row) const {
    const PaddedPlane& plane = pair_.source.levels[0];
    u8 low = 255;
    u8 high = 0;
    for (int y = 0; y < layout_.window && high - low <= kFlatRange; ++y) {
      const u8* samples = plane.at(layout_.window_x[static_cast<std::size_t>(column)],
                                   layout_.window_y[static_cast<std::size_t>(row)] + y);
      for (int x = 0; x < layout_.window; ++x) {
        low = std::min(low, samples[x]);
        high = std::max(high, samples[x]);
      }
    }
    return high - low;
  }

  [[nodiscard]] int nearest_px(int units) const {
    return units >= 0 ? (units + unit_ / 2) / unit_ : -((-units + unit_ / 2) / unit_);
  }

  const SearchPair& pair_;
  const BlockLayout& layout_;
  int unit_;
};

/// Calls visit(index) for the blocks within `radius`, the middle included.
template <class Visit>
void around(const BlockLayout& layout, int column, int row, int radius, const Visit& visit) {
  for (int r = std::max(0, row - radius); r <= std::min(layout.rows - 1, row + radius); ++r) {
    for (int c = std::max(0, column - radius); c <= std::min(layout.columns - 1, column + radius);
         ++c) {
      visit(layout.index(c, r));
    }
  }
}

/// Middle value of each component over the proven neighbours; zero if fewer than three.
FlowVector proven_around(const BlockLayout& layout, const std::vector<Decision>& decisions,
                         int column, int row) {
  std::array<std::int32_t, 9> dx;
  std::array<std::int32_t, 9> dy;
  std::size_t count = 0;
  around(layout, column, row, 1, [&](std::size_t i) {
    if (!decisions[i].proven) return;
    dx[count] = decisions[i].vector.dx;
    dy[count] = decisions[i].vector.dy;
    ++count;
  });
  if (count < 3) return {};
  std::sort(dx.begin(), dx.begin() + static_cast<std::ptrdiff_t>(count));
  std::sort(dy.begin(), dy.begin() + static_cast<std::ptrdiff_t>(count));
  return {dx[count / 2], dy[count / 2]};
}

/// Windows of small cells overlap: a pooled sum counts each pixel this often, rounded up.
int window_overlap(const BlockLayout& layout) {
  const int block = layout.group * layout.cell_px;
  const int window = layout.window << layout.halvings;
  const int along = (window + block - 1) / block;
  return along * along;
}

/// The second question of the note, for a block without evidence of its own.
FlowVector ask_together(const Decider& decider, const BlockLayout& layout,
                        const std::vector<Decision>& decisions, int column, int row) {
  const Decision& own = decisions[layout.index(column, row)];
  if (own.flat || own.at_zero.residual == 0) return {};
  const FlowVector amid = proven_around(layout, decisions, column, row);
  if (amid != FlowVector{}) {
    const Step step = decider.nearest_step(amid);
    if (step != Step{} && decider.allowed(column, row, step) &&
        decider.model(column, row, step).residual <= own.at_zero.residual) {
      return amid;
    }
  }
  Model sum;
  const std::int32_t near = layout.units_per_px();
  around(layout, column, row, kPoolRadius, [&](std::size_t i) {
    const Decision& d = decisions[i];
    if (std::abs(d.vector.dx) <= near && std::abs(d.vector.dy) <= near) sum += d.at_zero;
  });
  const Fit fit = solve(sum, ridge_of(sum), layout.units_per_px());
  if (!proves_motion(sum, fit, window_overlap(layout))) return {};
  return limited(fit.shift, near);
}

}  // namespace

BlockMotion decide_motion(const SearchPair& pair, const std::vector<Step>& steps, ThreadPool& pool,
                          std::span<const FlowVector> hints) {
  const BlockLayout& layout = pair.layout;
  const Decider decider(pair);
  const auto count = static_cast<std::size_t>(layout.blocks());
  const auto each = [&](const auto& body) {
    pool.parallel_for(
        static_cast<std::size_t>(layout.rows), 1, [&](std::size_t begin, std::size_t end) {
          for (auto row = static_cast<int>(begin); row < static_cast<int>(end); ++row) {
            for (int column = 0; column < layout.columns; ++column) {
              body(column, row, layout.index(column, row));
            }
          }
        });
  };
  std::vector<Decision> decisions(count);
  each([&](int column, int row, std::size_t i) {
    const FlowVector hint = hints.empty() ? FlowVector{} : hints[i];
    decisions[i] = decider.decide(column, row, decider.better_step(column, row, steps[i], hint));
  });
  BlockMotion motion{std::vector<FlowVector>(count), std::vector<std::uint8_t>(count)};
  each([&](int column, int row, std::size_t i) {
    const Decision& d = decisions[i];
    motion.vector[i] = d.proven ? d.vector : ask_together(decider, layout, decisions, column, row);
    motion.looks_alike[i] = decider.looks_alike(column, row, motion.vector[i], d.last) ? 1 : 0;
  });
  return motion;
}

}  // namespace mosaic
