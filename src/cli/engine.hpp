// The engine's main function, for the program and for the one that tests run on an emulated card.
#pragma once

#include "mosaic/stages.hpp"

namespace mosaic::cli {

/// Reads the command line and does the work. Returns the exit code, or ends by the signal that
/// ended the work. `fault`: for tests; empty in the program.
int run_engine(int argc, char** argv, const StageFault& fault);

}  // namespace mosaic::cli
