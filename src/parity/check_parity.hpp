// check parity: every operation of every backend on random numbers, bits compared, times printed.
#pragma once

#include <optional>
#include <ostream>

namespace mosaic {

struct CheckParityOptions {
  int columns = 16, rows = 9;       ///< cells of the frames
  std::optional<int> tile_size_px;  ///< unset: 15, 16, 31, 32, 63 and 64
  unsigned seed = 1;
  int repeat = 3;   ///< the time of a call is the least of so many
  int threads = 0;  ///< of the CPU; 0: one per core
};

/// For each size of cells, grey and coloured frames, fewer and more tiles than cells: every call of
/// the seam (backend/backend.hpp) on every device and instruction set that this machine has,
/// against the plain CPU. Prints a line per call with milliseconds, and what differs. Throws
/// VerifyError when anything does; DeviceError, after all is printed, when the machine has no card,
/// so that the devices could not be compared.
void check_parity(const CheckParityOptions& options, std::ostream& out);

}  // namespace mosaic
