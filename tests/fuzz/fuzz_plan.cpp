// A plan file may be any bytes: an InputError, or frames that can be counted.
#include <cstdint>

#include "fuzz/memory_file.hpp"
#include "metrics/plan_file.hpp"
#include "mosaic/error.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const mosaic::test::MemoryFile file(data, size);
  try {
    mosaic::metrics::PlanReader reader(file.path());
    mosaic::metrics::PlanTally tally(reader.grid(), reader.photo_of_tile());
    mosaic::metrics::PlannedFrame frame;
    while (reader.read(frame)) tally.add(frame);
    static_cast<void>(tally.largest_share());
  } catch (const mosaic::InputError&) {
  }
  return 0;
}
