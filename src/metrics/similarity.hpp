// Likeness of two pictures: SSIM and squared error.
#pragma once

#include "backend/ssim_math.hpp"
#include "core/isa.hpp"
#include "core/parallel_for.hpp"
#include "mosaic/image.hpp"

namespace mosaic::metrics {

/// Mean SSIM over all whole 7x7 windows. Both planes have one size, at least 7x7.
///
/// Wang, Bovik, Sheikh, Simoncelli: "Image quality assessment: from error visibility to structural
/// similarity", IEEE TIP 13(4), 2004, with a uniform window, sample covariance, K1 0.01, K2 0.03:
/// what scikit-image computes by default for 8-bit pictures, and what the objective scores with.
double mean_ssim(const Plane& x, const Plane& y, ThreadPool& pool, Isa isa = fastest_isa());

/// Mean squared difference.
double mean_squared_error(const Plane& x, const Plane& y, ThreadPool& pool);

/// Equal pictures have no finite PSNR; they count as this much.
inline constexpr double kPsnrOfEqual_db = 100.0;

/// 10 log10(255^2 / mse), at most kPsnrOfEqual_db.
double psnr_db(double mse);

}  // namespace mosaic::metrics
