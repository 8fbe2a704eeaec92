// The front: answers what needs no video and no photos, and starts the engine for the rest.
//
// Note [Front and engine]
// Loading FFmpeg and libvips with their 190 shared libraries takes about 0.1 s, which --help and a
// mistyped option must not pay. So the program is two executables: this one, which links neither,
// and the engine beside it, which this one becomes (execv) when there is work to do. It stays one
// process: same id, signals, streams and exit code.
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <iostream>
#include <system_error>

#include "cli/app.hpp"
#include "core/blas_environment.hpp"
#include "mosaic/error.hpp"

namespace {

/// Replaces this process; returns only by throwing.
[[noreturn]] void become_engine(char** argv) {
  std::error_code error;
  const std::filesystem::path self = std::filesystem::read_symlink("/proc/self/exe", error);
  const std::filesystem::path engine =
      self.parent_path().parent_path() / "libexec" / "mosaic-temporal" / "mosaic-temporal-engine";
  mosaic::prepare_blas_environment();
  execv(engine.c_str(), argv);
  throw mosaic::Error(mosaic::ExitCode::unexpected,
                      "cannot start " + engine.string() + ": " + std::strerror(errno),
                      "keep bin/ and libexec/ together, or install again");
}

}  // namespace

int main(int argc, char** argv) {
  using namespace mosaic::cli;
  // A signal that asks for a status must not end what has not begun to listen.
  std::signal(SIGUSR1, SIG_IGN);
  open_standard_streams();
  return run_command_line(arguments_of(argc, argv), read_environment(environ), std::cout, std::cerr,
                          [argv](const CommandLine&, bool&) -> int { become_engine(argv); });
}
