#include "core/library_check.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <string_view>

extern char** environ;

namespace mosaic {

namespace {

/// Where the ABI of x86-64 has it (System V ABI, AMD64 supplement).
constexpr char kLinker[] = "/lib64/ld-linux-x86-64.so.2";

/// Runs the linker with both outputs in `pipe`; its process, or -1.
pid_t start_linker(const std::string& library, const std::array<int, 2>& pipe) {
  posix_spawn_file_actions_t actions;
  if (posix_spawn_file_actions_init(&actions) != 0) return -1;
  posix_spawn_file_actions_adddup2(&actions, pipe[1], STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, pipe[1], STDERR_FILENO);
  std::array<const char*, 4> words = {kLinker, "--list", library.c_str(), nullptr};
  pid_t child = -1;
  const int failed =
      posix_spawn(&child, kLinker, &actions, nullptr, const_cast<char**>(words.data()), environ);
  posix_spawn_file_actions_destroy(&actions);
  return failed == 0 ? child : -1;
}

std::string read_all(int file) {
  std::string text;
  std::array<char, 4096> part;
  for (;;) {
    const ssize_t got = read(file, part.data(), part.size());
    if (got > 0) text.append(part.data(), static_cast<std::size_t>(got));
    if (got == 0 || (got < 0 && errno != EINTR)) return text;
  }
}

std::string line_at(const std::string& text, std::size_t begin) {
  return text.substr(begin, text.find('\n', begin) - begin);
}

}  // namespace

std::string why_not_loadable(const std::filesystem::path& library) {
  std::array<int, 2> pipe = {-1, -1};
  if (pipe2(pipe.data(), O_CLOEXEC) != 0) return {};
  const pid_t child = start_linker(library.string(), pipe);
  close(pipe[1]);
  const std::string said = child > 0 ? read_all(pipe[0]) : std::string();
  close(pipe[0]);
  if (child <= 0) return {};
  // How it ended tells less than what it said, and may be out of reach (SIGCHLD ignored).
  while (waitpid(child, nullptr, 0) < 0 && errno == EINTR) {
  }
  constexpr std::string_view kComplaint = "error while loading shared libraries: ";
  const std::size_t complaint = said.find(kComplaint);
  if (complaint != std::string::npos) return line_at(said, complaint + kComplaint.size());
  const std::size_t version = said.find(": version `");
  if (version != std::string::npos) return line_at(said, said.rfind('\n', version) + 1);
  return {};
}

}  // namespace mosaic
