// The emulated device does what the CUDA documents say, and finds what they forbid.
#include <gtest/gtest.h>

#include <numeric>
#include <random>
#include <set>
#include <vector>

#include "cuda/buffers.hpp"
#include "cuda/launch.cuh"
#include "cuda/mma.cuh"
#include "cuda/timeline.hpp"
#include "support/cuda_emulator/emulator.hpp"

namespace mosaic::gpu {
namespace {

bool mentions(const std::vector<std::string>& violations, const std::string& text) {
  for (const std::string& violation : violations) {
    if (violation.find(text) != std::string::npos) return true;
  }
  return false;
}

struct Emulator : testing::TestWithParam<unsigned> {
  void SetUp() override { emulator::reset({.seed = GetParam()}); }
};

__global__ void number_threads(int* out) {
  const int block = static_cast<int>(blockIdx.x + blockIdx.y * gridDim.x);
  const int thread = static_cast<int>(threadIdx.x + threadIdx.y * blockDim.x);
  out[block * static_cast<int>(blockDim.x * blockDim.y) + thread] += block * 1000 + thread;
}

TEST_P(Emulator, EveryThreadOfEveryBlockRunsOnce) {
  Device device{FaultPlan{}};
  const Stream stream(device);
  const DeviceBuffer<int> out(device, 6 * 64, "test");
  check(cudaMemsetAsync(out.data(), 0, 6 * 64 * sizeof(int), stream.get()), "test");
  launch(Kernel("number", number_threads), {dim3(3, 2), dim3(16, 4)}, stream, out.data());
  const PinnedBuffer<int> back(device, out.size(), "test");
  out.download(back, out.size(), stream);
  stream.synchronize("test");
  for (int i = 0; i < 6 * 64; ++i) EXPECT_EQ(back.data()[i], i / 64 * 1000 + i % 64);
}

TEST_P(Emulator, ATimelineNamesEveryPieceOfWork) {
  Device device{FaultPlan{}};
  Stream stream(device);
  const DeviceBuffer<int> out(device, 64, "test");
  const PinnedBuffer<int> pinned(device, out.size(), "test");
  const auto work = [&] {
    out.upload(pinned, out.size(), stream);
    for (int i = 0; i < 2; ++i) {
      launch(Kernel("number", number_threads), {dim3(1), dim3(64)}, stream, out.data());
    }
    out.download(pinned, 1, stream);
    out.download(pinned, 0, stream);  // nothing to do
  };
  {
    Timeline timeline(stream);
    for (int round = 0; round < 2; ++round) {
      work();
      const std::vector<Timeline::Entry> entries = timeline.take();
      ASSERT_EQ(entries.size(), 3U);
      EXPECT_EQ(entries[0].what, "a copy to the card");
      EXPECT_EQ(entries[1].what, "number");
      EXPECT_EQ(entries[1].times, 2);
      EXPECT_EQ(entries[2].what, "a copy from the card");
      EXPECT_EQ(entries[2].times, 1);
      for (const Timeline::Entry& entry : entries) EXPECT_GE(entry.card_ms, 0.0);
    }
  }
  work();  // nobody watches any more
  stream.synchronize("test");
}

__global__ void reverse_block(const int* in, int* out) {
  int* const shared = dynamic_shared<int>();
  const int i = static_cast<int>(threadIdx.x);
  const int last = static_cast<int>(blockDim.x) - 1;
  shared[i] = in[i];
  __syncthreads();
  out[i] = shared[last - i];
}

TEST_P(Emulator, BarriersSeparateWritesFromReads) {
  Device device{FaultPlan{}};
  const Stream stream(device);
  const DeviceBuffer<int> in(device, 96, "test");
  const DeviceBuffer<int> out(device, 96, "test");
  std::vector<int> numbers(96);
  std::iota(numbers.begin(), numbers.end(), 5);
  upload_all(in, std::span<const int>(numbers), stream, "test");
  launch(Kernel("reverse", reverse_block), {dim3(1), dim3(96), 96 * sizeof(int)}, stream, in.data(),
         out.data());
  const PinnedBuffer<int> back(device, 96, "test");
  out.download(back, 96, stream);
  stream.synchronize("test");
  for (int i = 0; i < 96; ++i) EXPECT_EQ(back.data()[i], 100 - i);
}

__global__ void use_lanes(std::int64_t* out) {
  const int lane = lane_in_warp();
  std::int64_t* const mine = out + 5 * static_cast<int>(threadIdx.x);
  mine[0] = sum_over_warp(std::int64_t{1} << lane);
  mine[1] = __shfl_down_sync(kAllLanes, lane, 3U);
  mine[2] = __shfl_sync(kAllLanes, lane * lane, 7);
  mine[3] = __ballot_sync(kAllLanes, lane % 3 == 0 ? 1 : 0);
  mine[4] = __shfl_down_sync(kAllLanes, lane, 1U);
}

TEST_P(Emulator, WarpsExchangeAsDocumented) {
  Device device{FaultPlan{}};
  const Stream stream(device);
  const DeviceBuffer<std::int64_t> out(device, 64 * 5, "test");
  launch(Kernel("lanes", use_lanes), {dim3(1), dim3(64)}, stream, out.data());
  const PinnedBuffer<std::int64_t> back(device, out.size(), "test");
  out.download(back, out.size(), stream);
  stream.synchronize("test");
  for (int i = 0; i < 64; ++i) {
    const std::int64_t* const row = back.data() + 5 * i;
    const int lane = i % 32;
    if (lane == 0) {
      EXPECT_EQ(row[0], 0xffffffffLL);
    }
    EXPECT_EQ(row[1], lane + 3 < 32 ? lane + 3 : lane);
    EXPECT_EQ(row[2], 49);
    EXPECT_EQ(row[3], 0x49249249LL);
    EXPECT_EQ(row[4], lane + 1 < 32 ? lane + 1 : lane);
  }
}

/// The fragments as PTX ISA 8.0, section 9.7.13.4.10, writes them: element i of each lane.
struct FragmentTable {
  static int a_row(int lane, int i) {
    return (i < 4 || (i >= 8 && i < 12)) ? lane >> 2 : (lane >> 2) + 8;
  }
  static int a_column(int lane, int i) {
    return i < 8 ? (lane % 4) * 4 + (i & 3) : (lane % 4) * 4 + (i & 3) + 16;
  }
  static int b_row(int lane, int i) {
    return i < 4 ? (lane % 4) * 4 + (i & 3) : (lane % 4) * 4 + (i & 3) + 16;
  }
  static int b_column(int lane, int) { return lane >> 2; }
  static int c_row(int lane, int i) { return i < 2 ? lane >> 2 : (lane >> 2) + 8; }
  static int c_column(int lane, int i) { return (lane % 4) * 2 + (i & 1); }
};

__global__ void multiply_once(const std::uint32_t* a, const std::uint32_t* b, std::int32_t* c) {
  const int lane = lane_in_warp();
  std::int32_t sum[4] = {c[4 * lane], c[4 * lane + 1], c[4 * lane + 2], c[4 * lane + 3]};
  mma_bytes(sum, {a[4 * lane], a[4 * lane + 1], a[4 * lane + 2], a[4 * lane + 3]},
            {b[2 * lane], b[2 * lane + 1]});
  for (int i = 0; i < 4; ++i) c[4 * lane + i] = sum[i];
}

TEST_P(Emulator, MatrixProductsUseTheDocumentedFragments) {
  std::mt19937 random(GetParam());
  std::uint8_t a[16][32];
  std::uint8_t b[32][8];
  std::int32_t want[16][8];
  for (auto& row : a) {
    for (auto& value : row) value = static_cast<std::uint8_t>(random());
  }
  for (auto& row : b) {
    for (auto& value : row) value = static_cast<std::uint8_t>(random());
  }
  for (int row = 0; row < 16; ++row) {
    for (int column = 0; column < 8; ++column) {
      want[row][column] = row * 8 + column;
      for (int k = 0; k < 32; ++k) want[row][column] += a[row][k] * b[k][column];
    }
  }
  std::vector<std::uint32_t> lanes_a(32 * 4);
  std::vector<std::uint32_t> lanes_b(32 * 2);
  std::vector<std::int32_t> lanes_c(32 * 4);
  using Table = FragmentTable;
  for (int lane = 0; lane < 32; ++lane) {
    for (int i = 0; i < 16; ++i) {
      lanes_a[static_cast<std::size_t>(4 * lane + i / 4)] |=
          std::uint32_t{a[Table::a_row(lane, i)][Table::a_column(lane, i)]} << (8 * (i % 4));
    }
    for (int i = 0; i < 8; ++i) {
      lanes_b[static_cast<std::size_t>(2 * lane + i / 4)] |=
          std::uint32_t{b[Table::b_row(lane, i)][Table::b_column(lane, i)]} << (8 * (i % 4));
    }
    for (int i = 0; i < 4; ++i) {
      lanes_c[static_cast<std::size_t>(4 * lane + i)] =
          Table::c_row(lane, i) * 8 + Table::c_column(lane, i);
    }
  }
  Device device{FaultPlan{}};
  const Stream stream(device);
  const DeviceBuffer<std::uint32_t> device_a(device, lanes_a.size(), "test");
  const DeviceBuffer<std::uint32_t> device_b(device, lanes_b.size(), "test");
  const DeviceBuffer<std::int32_t> device_c(device, lanes_c.size(), "test");
  upload_all(device_a, std::span<const std::uint32_t>(lanes_a), stream, "test");
  upload_all(device_b, std::span<const std::uint32_t>(lanes_b), stream, "test");
  upload_all(device_c, std::span<const std::int32_t>(lanes_c), stream, "test");
  launch(Kernel("multiply", multiply_once), {dim3(1), dim3(32)}, stream, device_a.data(),
         device_b.data(), device_c.data());
  const PinnedBuffer<std::int32_t> back(device, lanes_c.size(), "test");
  device_c.download(back, lanes_c.size(), stream);
  stream.synchronize("test");
  for (int lane = 0; lane < 32; ++lane) {
    for (int i = 0; i < 4; ++i) {
      EXPECT_EQ(back.data()[4 * lane + i], want[Table::c_row(lane, i)][Table::c_column(lane, i)]);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, Emulator, testing::Values(0U, 1U, 2U, 77U));

__global__ void leave_early() {
  if (threadIdx.x >= 32) return;
  __syncthreads();
}

__global__ void part_ways() {
  if (threadIdx.x >= 32) {
    __syncthreads();
  } else {
    __syncthreads();
  }
}

__global__ void half_a_warp() {
  if (threadIdx.x % 2 == 0) __syncwarp();
}

void expect_divergence(void (*kernel)()) {
  emulator::reset({});
  {
    Device device{FaultPlan{}};
    const Stream stream(device);
    launch(Kernel("divergent", kernel), {dim3(1), dim3(64)}, stream);
    EXPECT_THROW(stream.synchronize("test"), CudaError);
    EXPECT_THROW(static_cast<void>(DeviceBuffer<int>(device, 1, "test")), CudaError)
        << "errors of kernels stick";
  }
  EXPECT_TRUE(mentions(emulator::violations(), "divergent"));
}

TEST(EmulatorFaults, BarriersThatNotAllThreadsReach) {
  expect_divergence(leave_early);
  expect_divergence(part_ways);
  expect_divergence(half_a_warp);
}

/// Lacks the barrier: right for one order of threads, wrong for others.
__global__ void racy_reverse(int* out) {
  int* const shared = dynamic_shared<int>();
  const int i = static_cast<int>(threadIdx.x);
  shared[i] = i;
  out[i] = shared[63 - i];
}

TEST(EmulatorFaults, RacesShowUnderOtherOrders) {
  std::set<std::vector<int>> results;
  for (unsigned seed = 0; seed < 4; ++seed) {
    emulator::reset({.seed = seed});
    Device device{FaultPlan{}};
    const Stream stream(device);
    const DeviceBuffer<int> out(device, 64, "test");
    launch(Kernel("racy", racy_reverse), {dim3(1), dim3(64), 64 * sizeof(int)}, stream, out.data());
    const PinnedBuffer<int> back(device, 64, "test");
    out.download(back, 64, stream);
    stream.synchronize("test");
    results.emplace(back.data(), back.data() + 64);
  }
  EXPECT_GT(results.size(), 1U);
}

TEST(EmulatorFaults, FreshMemoryHoldsNothingInParticular) {
  std::set<std::uint64_t> contents;
  for (unsigned seed = 1; seed < 3; ++seed) {
    emulator::reset({.seed = seed});
    Device device{FaultPlan{}};
    const Stream stream(device);
    const DeviceBuffer<std::uint64_t> fresh(device, 1, "test");
    const PinnedBuffer<std::uint64_t> back(device, 1, "test");
    fresh.download(back, 1, stream);
    stream.synchronize("test");
    contents.insert(*back.data());
  }
  EXPECT_EQ(contents.size(), 2U);
}

TEST(EmulatorFaults, CopiesOutsideOfBuffersAndFromPlainMemory) {
  emulator::reset({});
  {
    Device device{FaultPlan{}};
    const Stream stream(device);
    const DeviceBuffer<int> small(device, 4, "test");
    const PinnedBuffer<int> pinned(device, 8, "test");
    EXPECT_THROW(small.upload(pinned, 8, stream), CudaError);
    int plain[4] = {};
    EXPECT_NE(
        cudaMemcpyAsync(small.data(), plain, sizeof plain, cudaMemcpyHostToDevice, stream.get()),
        cudaSuccess);
  }
  EXPECT_TRUE(mentions(emulator::violations(), "leaves its device buffer"));
  EXPECT_TRUE(mentions(emulator::violations(), "not pinned"));
  static_cast<void>(cudaGetLastError());
}

__global__ void nothing() {}

TEST(EmulatorFaults, LaunchesThatDoNotFit) {
  emulator::reset({});
  {
    Device device{FaultPlan{}};
    const Stream stream(device);
    const Kernel kernel("nothing", nothing);
    EXPECT_THROW(launch(kernel, {dim3(1), dim3(2048)}, stream), CudaError);
    EXPECT_THROW(launch(kernel, {dim3(0), dim3(32)}, stream), CudaError);
    EXPECT_THROW(launch(kernel, {dim3(1), dim3(32), 60 << 10}, stream), CudaError);
    EXPECT_NO_THROW(launch(kernel, {dim3(1), dim3(32)}, stream));
    stream.synchronize("test");
  }
  EXPECT_EQ(emulator::violations().size(), 3U);
}

TEST(EmulatorFaults, BuffersThatAreNeverFreed) {
  emulator::reset({});
  void* lost = nullptr;
  ASSERT_EQ(cudaMalloc(&lost, 16), cudaSuccess);
  EXPECT_TRUE(mentions(emulator::violations(), "never freed"));
  EXPECT_EQ(cudaFree(lost), cudaSuccess);
  EXPECT_TRUE(emulator::violations().empty());
}

__global__ void set_to(int* out, int value) { *out = value; }

/// What a second stream sees of the first one's work, over many orders.
std::set<int> seen_by_second_stream(bool with_event) {
  std::set<int> seen;
  for (unsigned seed = 1; seed < 20; ++seed) {
    emulator::reset({.seed = seed});
    Device device{FaultPlan{}};
    const Stream first(device);
    const Stream second(device);
    const Event done(device);
    const DeviceBuffer<int> value(device, 1, "test");
    check(cudaMemsetAsync(value.data(), 0, sizeof(int), first.get()), "test");
    first.synchronize("test");
    launch(Kernel("set_to", set_to), {dim3(1), dim3(32)}, first, value.data(), 7);
    done.record(first);
    if (with_event) second.wait_for(done);
    const PinnedBuffer<int> back(device, 1, "test");
    value.download(back, 1, second);
    second.synchronize("test");
    seen.insert(*back.data());
  }
  return seen;
}

TEST(EmulatorFaults, StreamsRunInAnyOrderUnlessAnEventTiesThem) {
  EXPECT_EQ(seen_by_second_stream(false), (std::set<int>{0, 7}));
  EXPECT_EQ(seen_by_second_stream(true), std::set<int>{7});
}

}  // namespace
}  // namespace mosaic::gpu
