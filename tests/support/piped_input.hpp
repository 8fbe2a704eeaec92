// Standard input as another program's pipe.
#pragma once

#include <fcntl.h>
#include <unistd.h>

#include <csignal>
#include <string>
#include <thread>
#include <utility>

namespace mosaic::test {

/// For as long as this lives, standard input is a pipe into which `bytes` are written by a thread.
class PipedInput {
 public:
  explicit PipedInput(std::string bytes) : kept_(dup(STDIN_FILENO)), bytes_(std::move(bytes)) {
    std::signal(SIGPIPE, SIG_IGN);  // whoever reads may stop before the end
    int ends[2] = {-1, -1};
    if (pipe2(ends, O_CLOEXEC) != 0) return;
    dup2(ends[0], STDIN_FILENO);
    close(ends[0]);
    writer_ = std::thread([this, to = ends[1]] {
      std::size_t done = 0;
      while (done < bytes_.size()) {
        const ssize_t count = write(to, bytes_.data() + done, bytes_.size() - done);
        if (count <= 0) break;
        done += static_cast<std::size_t>(count);
      }
      close(to);
    });
  }
  ~PipedInput() {
    dup2(kept_, STDIN_FILENO);  // closes the pipe, so the writer ends
    close(kept_);
    if (writer_.joinable()) writer_.join();
  }
  PipedInput(const PipedInput&) = delete;
  PipedInput& operator=(const PipedInput&) = delete;

 private:
  int kept_;
  std::string bytes_;
  std::thread writer_;
};

}  // namespace mosaic::test
