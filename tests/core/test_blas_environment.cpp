#include <gtest/gtest.h>

#include <cstdlib>
#include <optional>
#include <string>

#include "core/blas_environment.hpp"
#include "core/isa.hpp"

namespace mosaic {
namespace {

/// As it was when it goes.
class Variable {
 public:
  explicit Variable(const char* name) : name_(name) {
    if (const char* const value = std::getenv(name)) before_ = value;
    unsetenv(name);
  }
  ~Variable() { before_ ? setenv(name_, before_->c_str(), 1) : unsetenv(name_); }
  Variable(const Variable&) = delete;
  Variable& operator=(const Variable&) = delete;

 private:
  const char* name_;
  std::optional<std::string> before_;
};

TEST(BlasEnvironment, NamesKernelsByWhatTheProcessorCanDoAndOneThread) {
  const Variable kernels("OPENBLAS_CORETYPE");
  const Variable threads("OPENBLAS_NUM_THREADS");
  const Variable workspace("CUBLAS_WORKSPACE_CONFIG");
  prepare_blas_environment();
  const char* const named = std::getenv("OPENBLAS_CORETYPE");
  if (fastest_isa() == Isa::plain) {
    EXPECT_EQ(named, nullptr);
  } else {
    EXPECT_STREQ(named, fastest_isa() == Isa::avx512 ? "SkylakeX" : "Haswell");
  }
  EXPECT_STREQ(std::getenv("OPENBLAS_NUM_THREADS"), "1");
  EXPECT_STREQ(std::getenv("CUBLAS_WORKSPACE_CONFIG"), ":4096:8");
}

TEST(BlasEnvironment, LeavesWhatSomebodyHasSet) {
  const Variable kernels("OPENBLAS_CORETYPE");
  const Variable threads("OPENBLAS_NUM_THREADS");
  setenv("OPENBLAS_CORETYPE", "Zen", 1);
  setenv("OPENBLAS_NUM_THREADS", "3", 1);
  prepare_blas_environment();
  EXPECT_STREQ(std::getenv("OPENBLAS_CORETYPE"), "Zen");
  EXPECT_STREQ(std::getenv("OPENBLAS_NUM_THREADS"), "3");
}

}  // namespace
}  // namespace mosaic
