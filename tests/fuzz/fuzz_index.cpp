// A tile index may be any bytes: it is refused, or every name and array in it can be read.
#include <cstdlib>
#include <cstring>
#include <memory>
#include <span>
#include <vector>

#include "core/hash.hpp"
#include "library/index_format.hpp"

namespace {

/// What a user of the library would touch.
void use(const mosaic::LibraryData& data) {
  std::uint64_t sum = 0;
  for (const auto& photo : data.photos) sum += photo.name.size() + photo.size;
  for (const auto& input : data.skipped) sum += input.name.size() + input.reason.size();
  for (const auto array : {data.features, data.luma, data.rgb}) {
    for (const std::uint8_t value : array) sum += value;
  }
  if (data.tiles() * data.layout.rgb_bytes() != data.rgb.size()) std::abort();
  if (data.tiles() * data.layout.luma_bytes() != data.luma.size()) std::abort();
  if (data.tiles() * data.layout.feature_bytes() != data.features.size()) std::abort();
  if (data.tiles() != data.color_sums.size()) std::abort();
  volatile std::uint64_t sink = sum;
  static_cast<void>(sink);
}

void try_bytes(const std::vector<std::byte>& bytes) {
  // Mapped files are aligned to pages.
  const auto owner = std::shared_ptr<std::byte>(
      static_cast<std::byte*>(std::aligned_alloc(4096, (bytes.size() + 4095) / 4096 * 4096 + 4096)),
      std::free);
  std::memcpy(owner.get(), bytes.data(), bytes.size());
  const auto parsed = mosaic::parse_index({owner.get(), bytes.size()}, owner);
  if (parsed.data) {
    use(*parsed.data);
  } else if (parsed.problem.empty()) {
    std::abort();
  }
}

/// Makes size and checksums of the header true (Note [Index layout]).
void seal(std::vector<std::byte>& bytes) {
  constexpr std::size_t kFileSizeAt = 16;
  constexpr std::size_t kPayloadHashAt = mosaic::kIndexHeaderBytes - 16;
  constexpr std::size_t kHeaderHashAt = mosaic::kIndexHeaderBytes - 8;
  const auto put = [&](std::size_t at, std::uint64_t value) {
    std::memcpy(bytes.data() + at, &value, sizeof value);
  };
  put(kFileSizeAt, bytes.size());
  const std::span<const std::byte> all(bytes);
  put(kPayloadHashAt, mosaic::hash64(all.subspan(mosaic::kIndexHeaderBytes)));
  put(kHeaderHashAt, mosaic::hash64(all.first(kHeaderHashAt)));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  std::vector<std::byte> bytes(size);
  std::memcpy(bytes.data(), data, size);
  try_bytes(bytes);
  // Again with sound checksums, or nothing behind them would ever be reached.
  if (size < mosaic::kIndexHeaderBytes) return 0;
  seal(bytes);
  try_bytes(bytes);
  return 0;
}
