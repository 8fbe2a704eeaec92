// Files that may not grow, in a process of its own.
#pragma once

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <functional>
#include <string>

#include "mosaic/error.hpp"

namespace mosaic::test {

/// What `body` throws as OutputError where no file may have a byte: "<what> | <hint>".
inline std::string error_with_full_disk(const std::function<void()>& body) {
  int ends[2] = {};
  if (pipe(ends) != 0) return "no pipe";
  const pid_t child = fork();
  if (child == 0) {
    std::signal(SIGXFSZ, SIG_IGN);
    const rlimit none{0, 0};
    setrlimit(RLIMIT_FSIZE, &none);
    std::string text = "nothing was thrown";
    try {
      body();
    } catch (const OutputError& error) {
      text = std::string(error.what()) + " | " + error.hint();
    }
    _exit(write(ends[1], text.data(), text.size()) < 0 ? 1 : 0);
  }
  close(ends[1]);
  std::string text;
  char byte = 0;
  while (read(ends[0], &byte, 1) == 1) text += byte;
  close(ends[0]);
  waitpid(child, nullptr, 0);
  return text;
}

}  // namespace mosaic::test
