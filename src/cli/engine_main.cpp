// The engine: does the work, with FFmpeg and libvips loaded. See Note [Front and engine].
#include "cli/engine.hpp"

int main(int argc, char** argv) { return mosaic::cli::run_engine(argc, argv, {}); }
