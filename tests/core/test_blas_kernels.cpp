#include <gtest/gtest.h>

#include <cstdlib>
#include <string>

#include "core/blas_kernels.hpp"
#include "core/isa.hpp"

namespace mosaic {
namespace {

constexpr char kName[] = "OPENBLAS_CORETYPE";

TEST(BlasKernels, AreNamedByWhatTheProcessorCanDoUnlessSomebodyHas) {
  const char* const before = std::getenv(kName);
  const std::string kept = before == nullptr ? "" : before;

  unsetenv(kName);
  name_blas_kernels();
  const char* const named = std::getenv(kName);
  if (fastest_isa() == Isa::plain) {
    EXPECT_EQ(named, nullptr);
  } else {
    ASSERT_NE(named, nullptr);
    EXPECT_STREQ(named, fastest_isa() == Isa::avx512 ? "SkylakeX" : "Haswell");
  }
  setenv(kName, "Zen", 1);
  name_blas_kernels();
  EXPECT_STREQ(std::getenv(kName), "Zen");

  if (before == nullptr) {
    unsetenv(kName);
  } else {
    setenv(kName, kept.c_str(), 1);
  }
}

}  // namespace
}  // namespace mosaic
