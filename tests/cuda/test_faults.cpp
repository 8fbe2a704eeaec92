// What the CUDA backend does when there is no card, no room on it, or it fails.
#include <gtest/gtest.h>

#include <cstdlib>
#include <string>
#include <thread>
#include <vector>

#include "backend/cpu/cpu_backend.hpp"
#include "cuda/cuda_backend.hpp"
#include "cuda/device.hpp"
#include "mosaic/error.hpp"
#include "registry/backends.hpp"
#include "support/cuda_emulator/emulator.hpp"
#include "support/parity_scene.hpp"

namespace mosaic {
namespace {

const test::ParitySetting kSmall{7, 2, 20, 1, 50.0, true, true, 2, 2};

/// Each place a fault may come at is tried where that is fast; under AddressSanitizer, five times
/// as slow, every third.
#if defined(__SANITIZE_ADDRESS__)
constexpr int kStep = 3;
#else
constexpr int kStep = 1;
#endif

/// MOSAIC_CUDA_FAULT while it lives.
class FaultVariable {
 public:
  explicit FaultVariable(const std::string& value) {
    setenv("MOSAIC_CUDA_FAULT", value.c_str(), 1);
  }
  ~FaultVariable() { unsetenv("MOSAIC_CUDA_FAULT"); }
  FaultVariable(const FaultVariable&) = delete;
  FaultVariable& operator=(const FaultVariable&) = delete;
};

test::Outcome on_cpu(const test::ParitySetting& setting, unsigned seed) {
  return test::ParityScene(setting, seed).run(make_cpu_backend, SimdChoice::plain, 1);
}

std::vector<std::string> warnings_of(DeviceChoice choice, const test::Outcome& want,
                                     bool prepared = false) {
  std::vector<std::string> warnings;
  const auto make = [&](const BackendContext& context) {
    return make_backend(choice, context,
                        [&](const std::string& text) { warnings.push_back(text); });
  };
  test::expect_equal(test::ParityScene(kSmall, 5).run(make, SimdChoice::plain, 1, prepared), want);
  return warnings;
}

struct CudaFaults : testing::Test {
  void SetUp() override { emulator::reset({.seed = 3}); }
  void TearDown() override { emulator::reset({}); }
};

/// Lets the n-th of `kind` fail for n = 1, 1 + kStep, ... until n is more than there are; every
/// time the run either ends with a typed error or, as `auto`, gives the bytes of the CPU with one
/// warning.
void walk_faults(const std::string& kind, int at_least) {
  const test::Outcome want = on_cpu(kSmall, 5);
  int failures = 0;
  for (int n = 1;; n += kStep) {
    SCOPED_TRACE(kind + " " + std::to_string(n));
    const FaultVariable fault(kind + ":" + std::to_string(n));
    emulator::reset({.seed = static_cast<unsigned>(n)});
    bool failed = false;
    try {
      const test::Outcome got =
          test::ParityScene(kSmall, 5).run(make_cuda_backend, SimdChoice::plain, 1, n % 2 == 0);
      test::expect_equal(got, want);  // nothing failed, or it did with less memory
    } catch (const gpu::CudaError& error) {
      failed = true;
      const std::string what = error.what();
      EXPECT_NE(
          what.find(kind == "launch" ? "cudaErrorLaunchFailure" : "cudaErrorMemoryAllocation"),
          std::string::npos)
          << what;
      EXPECT_NE(what.find(".c"), std::string::npos) << "the place is missing: " << what;
      EXPECT_EQ(error.code(), ExitCode::device_missing);
      EXPECT_FALSE(error.hint().empty());
    }
    EXPECT_EQ(emulator::violations(), std::vector<std::string>{});
    emulator::reset({.seed = static_cast<unsigned>(n)});
    EXPECT_EQ(warnings_of(DeviceChoice::automatic, want).size(), failed ? 1U : 0U);
    EXPECT_EQ(emulator::violations(), std::vector<std::string>{});
    failures += failed ? 1 : 0;
    const emulator::Counters done = emulator::counters();
    if (!failed && n > (kind == "launch" ? done.launches : done.allocations)) break;
    if (testing::Test::HasFailure()) return;
  }
  EXPECT_GE(failures, at_least / kStep);
}

TEST_F(CudaFaults, AnyAllocationMayFail) { walk_faults("allocation", 30); }
TEST_F(CudaFaults, AnyLaunchMayFail) { walk_faults("launch", 50); }

TEST_F(CudaFaults, TheFaultVariableIsChecked) {
  for (const char* text : {"launch", "launch:", "launch:0", "launch:-1", "copy:1", "launch:2x"}) {
    const FaultVariable fault(text);
    EXPECT_THROW(static_cast<void>(gpu::FaultPlan::from_environment()), UsageError) << text;
  }
  const FaultVariable fault("allocation:12");
  EXPECT_EQ(gpu::FaultPlan::from_environment().allocation, 12);
}

/// Less and less memory: tiles are staged a few at a time, and in the end there is a typed error.
TEST_F(CudaFaults, LessMemoryMeansSmallerBatchesThenAnError) {
  test::ParitySetting setting = kSmall;
  setting.photos = 2000;
  const test::Outcome want = on_cpu(setting, 8);
  emulator::reset({.seed = 8});
  static_cast<void>(test::ParityScene(setting, 8).run(make_cuda_backend, SimdChoice::plain, 1));
  const std::size_t enough = emulator::counters().peak_bytes;
  const std::int64_t copies = emulator::counters().copies;
  int staged = 0;
  int refused = 0;
  for (std::size_t percent = 100; percent >= 20; percent -= 8) {
    SCOPED_TRACE(percent);
    emulator::reset({.seed = 8, .memory_bytes = enough * percent / 100});
    try {
      test::expect_equal(test::ParityScene(setting, 8).run(make_cuda_backend, SimdChoice::plain, 1),
                         want);
      staged += emulator::counters().copies > copies ? 1 : 0;
      EXPECT_EQ(refused, 0) << "with more memory it was refused";
    } catch (const gpu::OutOfMemory& error) {
      ++refused;
      EXPECT_NE(error.hint().find("--device cpu"), std::string::npos);
    }
    EXPECT_EQ(emulator::violations(), std::vector<std::string>{});
  }
  EXPECT_GE(staged, 2);
  EXPECT_GE(refused, 1);
}

/// What is made with the first frames finds its room: where all does not fit, that is said before.
TEST_F(CudaFaults, AFullCardIsFoundAtSetUp) {
  static_cast<void>(test::ParityScene(kSmall, 8).run(make_cuda_backend, SimdChoice::plain, 1));
  const std::size_t enough = emulator::counters().peak_bytes;
  int refused = 0;
  int done = 0;
  for (std::size_t bytes = enough * 6 / 5; bytes >= enough / 2; bytes -= enough / 64) {
    SCOPED_TRACE(bytes);
    emulator::reset({.seed = 8, .memory_bytes = bytes});
    bool made = false;
    const auto make = [&](const BackendContext& context) {
      auto backend = make_cuda_backend(context);
      made = true;
      return backend;
    };
    try {
      static_cast<void>(test::ParityScene(kSmall, 8).run(make, SimdChoice::plain, 1));
      ++done;
    } catch (const gpu::OutOfMemory& error) {
      EXPECT_FALSE(made) << error.what();
      ++refused;
    }
  }
  EXPECT_GE(done, 5);
  EXPECT_GE(refused, 5);
}

/// The n-th kernel fails while it runs, for every such n: what waits for it next says so, and
/// `auto` goes on with the CPU.
TEST_F(CudaFaults, AnyKernelMayFailWhileItRuns) {
  const test::Outcome want = on_cpu(kSmall, 5);
  static_cast<void>(
      test::ParityScene(kSmall, 5).run(make_cuda_backend, SimdChoice::plain, 1, true));
  const std::int64_t launches = emulator::counters().launches;
  ASSERT_GE(launches, 50);
  for (std::int64_t n = 1; n <= launches; n += kStep) {
    SCOPED_TRACE(n);
    const emulator::Options options{.seed = static_cast<unsigned>(n), .failing_kernel = n};
    emulator::reset(options);
    try {
      static_cast<void>(
          test::ParityScene(kSmall, 5).run(make_cuda_backend, SimdChoice::plain, 1, true));
      ADD_FAILURE() << "nobody noticed";
    } catch (const gpu::CudaError& error) {
      EXPECT_EQ(error.error(), cudaErrorLaunchFailure);
      EXPECT_FALSE(error.hint().empty());
    }
    EXPECT_EQ(emulator::violations(), std::vector<std::string>{});
    emulator::reset(options);
    EXPECT_EQ(warnings_of(DeviceChoice::automatic, want, true).size(), 1U);
    EXPECT_EQ(emulator::violations(), std::vector<std::string>{});
    if (testing::Test::HasFailure()) return;
  }
}

TEST_F(CudaFaults, AllKernelsAreLoadedAtSetUp) {
  static_cast<void>(test::ParityScene(kSmall, 5).run(make_cuda_backend, SimdChoice::plain, 1));
  EXPECT_GE(emulator::counters().launches, 50);
  EXPECT_EQ(emulator::counters().unloaded_launches, 0);
}

TEST_F(CudaFaults, ACardThatIsTooOldIsPassedOver) {
  emulator::reset({.seed = 2, .devices = 3, .old_cards = 2});
  EXPECT_EQ(cuda_missing(), "");
  EXPECT_EQ(gpu::choose_card().index, 2);
  const test::Outcome want = on_cpu(kSmall, 5);
  // The engine may be made by one thread and used by another, which has card 0 at first.
  const auto make = [](const BackendContext& context) {
    std::unique_ptr<Backend> backend;
    std::thread([&] { backend = make_cuda_backend(context); }).join();
    return backend;
  };
  test::expect_equal(test::ParityScene(kSmall, 5).run(make, SimdChoice::plain, 1, true), want);
  EXPECT_EQ(emulator::violations(), std::vector<std::string>{});

  emulator::reset({.devices = 2, .old_cards = 2});
  setenv("CUDA_VISIBLE_DEVICES", "1,0", 1);
  const std::string missing = cuda_missing();
  unsetenv("CUDA_VISIBLE_DEVICES");
  EXPECT_NE(missing.find("old emulated device has compute capability 6.1"), std::string::npos);
  EXPECT_NE(missing.find("CUDA_VISIBLE_DEVICES is \"1,0\""), std::string::npos) << missing;
}

TEST_F(CudaFaults, MissingCardsAreNamed) {
  const auto missing_with = [](const emulator::Options& options) {
    emulator::reset(options);
    return cuda_missing();
  };
  EXPECT_EQ(missing_with({}), "");
  EXPECT_NE(missing_with({.driver_version = 0}).find("no NVIDIA driver"), std::string::npos);
  EXPECT_NE(missing_with({.devices = 0}).find("no NVIDIA card"), std::string::npos);
  EXPECT_NE(missing_with({.major = 7, .minor = 0}).find("compute capability 7.0"),
            std::string::npos);
  EXPECT_NE(missing_with({.driver_version = 11040}).find("supports CUDA 11.4"), std::string::npos);
  EXPECT_NE(missing_with({.has_kernel_code = false}).find("cudaErrorNoKernelImageForDevice"),
            std::string::npos);
  EXPECT_NE(missing_with({.system_ready = false}).find("cudaErrorSystemNotReady"),
            std::string::npos);
}

/// Only where nobody can have meant to use a card is there no word.
TEST_F(CudaFaults, AutoWarnsOfACardThatCannotBeUsed) {
  const test::Outcome want = on_cpu(kSmall, 5);
  const auto warnings_with = [&](const emulator::Options& options) {
    emulator::reset(options);
    return warnings_of(DeviceChoice::automatic, want);
  };
  EXPECT_EQ(warnings_with({.driver_version = 0}).size(), 0U);
  EXPECT_EQ(warnings_with({.devices = 0}).size(), 0U);
  for (const emulator::Options& options :
       {emulator::Options{.driver_version = 11040}, emulator::Options{.major = 7, .minor = 0},
        emulator::Options{.has_kernel_code = false}, emulator::Options{.system_ready = false}}) {
    const std::vector<std::string> warnings = warnings_with(options);
    ASSERT_EQ(warnings.size(), 1U);
    EXPECT_NE(warnings.front().find("using the CPU"), std::string::npos) << warnings.front();
  }
}

TEST_F(CudaFaults, NoCardIsAnErrorForCudaAndNoWordForAuto) {
  const test::Outcome want = on_cpu(kSmall, 5);
  emulator::reset({.devices = 0});
  EXPECT_TRUE(warnings_of(DeviceChoice::automatic, want).empty());
  try {
    static_cast<void>(warnings_of(DeviceChoice::cuda, want));
    FAIL() << "there is no card";
  } catch (const DeviceError& error) {
    EXPECT_EQ(error.code(), ExitCode::device_missing);
    EXPECT_NE(std::string(error.what()).find("--device cuda"), std::string::npos);
    EXPECT_NE(std::string(error.what()).find("no NVIDIA card"), std::string::npos);
  }
}

TEST_F(CudaFaults, NothingIsAllocatedPerFrame) {
  test::ParityScene scene(kSmall, 5);
  std::int64_t first = 0;
  const auto make = [&](const BackendContext& context) {
    auto backend = make_cuda_backend(context);
    CellDescriptions cells;
    const RgbImage picture(Size{200, 200});
    for (int frame = 0; frame < 5; ++frame) {
      const Picture input = picture;
      backend->describe(input, cells);
      if (frame == 1) first = emulator::counters().allocations;
    }
    EXPECT_EQ(emulator::counters().allocations, first);
    return backend;
  };
  static_cast<void>(scene.run(make, SimdChoice::plain, 1));
}

}  // namespace
}  // namespace mosaic
