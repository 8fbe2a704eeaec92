#include "cli/signals.hpp"

#include <unistd.h>

#include <csignal>
#include <cstdlib>

namespace mosaic::cli {
namespace {

// A handler receives nothing but the number, so what it writes must be global.
std::atomic<bool> stop_flag{false};
std::atomic<int> received_signal{0};
static_assert(std::atomic<bool>::is_always_lock_free && std::atomic<int>::is_always_lock_free);

extern "C" void on_stop_signal(int signal) {
  received_signal.store(signal);
  stop_flag.store(true);
  constexpr char kMessage[] = "\nstopping; once more stops at once\n";
  // Nothing can be done here about a standard error that is gone.
  [[maybe_unused]] const ssize_t written = write(STDERR_FILENO, kMessage, sizeof kMessage - 1);
}

}  // namespace

StopSignals::StopSignals() {
  struct sigaction action = {};
  action.sa_handler = on_stop_signal;
  sigemptyset(&action.sa_mask);
  // The default action is restored by the first signal: the second one ends the process.
  action.sa_flags = static_cast<int>(SA_RESETHAND | SA_RESTART);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
    struct sigaction before = {};
    // nohup ignores SIGHUP on purpose. Shells ignore SIGINT for background jobs of scripts, but
    // whoever sends it to one by hand wants it to stop.
    if (signal == SIGHUP && sigaction(signal, nullptr, &before) == 0 &&
        before.sa_handler == SIG_IGN) {
      continue;
    }
    sigaction(signal, &action, nullptr);
  }
  std::signal(SIGPIPE, SIG_IGN);
}

const std::atomic<bool>& StopSignals::stop() const { return stop_flag; }

int StopSignals::received() const { return received_signal.load(); }

void end_by_signal(int signal) {
  std::signal(signal, SIG_DFL);
  std::raise(signal);
  std::_Exit(128 + signal);  // reached only if the signal is blocked
}

}  // namespace mosaic::cli
