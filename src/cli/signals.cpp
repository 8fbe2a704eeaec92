#include "cli/signals.hpp"

#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <initializer_list>
#include <string_view>

namespace mosaic::cli {
namespace {

// A handler receives nothing but the number, so what it writes must be global.
std::atomic<bool> stop_flag{false};
std::atomic<int> received_signal{0};
std::atomic<bool> status_flag{false};
static_assert(std::atomic<bool>::is_always_lock_free && std::atomic<int>::is_always_lock_free);

/// A frame that takes longer than this, or a disk that does not answer, is not waited for: what is
/// kept is on the disk already.
constexpr unsigned kPatience_s = 4;

constexpr std::initializer_list<int> kStopSignals = {SIGINT, SIGTERM, SIGHUP};

/// From a handler. A pipe that is full and that nobody reads would hold the process up for ever:
/// then nothing is said. (PIPE_BUF is more than a message, so what poll() lets through fits.)
void say(std::string_view message) {
  const int before = errno;
  pollfd room = {STDERR_FILENO, POLLOUT, 0};
  if (poll(&room, 1, 0) == 1 && (room.revents & POLLOUT) != 0) {
    // Nothing can be done here about a standard error that is gone.
    [[maybe_unused]] const ssize_t written = write(STDERR_FILENO, message.data(), message.size());
  }
  errno = before;
}

/// From a handler: ends the process by this signal. Where it is blocked, because this is its own
/// handler and no other thread takes it, that is when the handler returns.
void end_from_handler(int signal) {
  struct sigaction action = {};
  action.sa_handler = SIG_DFL;
  sigaction(signal, &action, nullptr);
  kill(getpid(), signal);
}

extern "C" void on_patience_end(int /*signal*/) {
  say("stopped without waiting any longer; finished pieces are kept\n");
  const int first = received_signal.load();
  end_from_handler(first);
  _exit(128 + first);
}

/// Note [The second signal]
/// The next one of any kind ends the process: whoever has no patience may ask in another way. The
/// handler's mask holds back only its own thread. A signal that comes meanwhile may be given to
/// another one, and finds this handler or the default action, whatever has been set by then. So who
/// is first is decided by one atomic step, and the other one ends the process here.
extern "C" void on_stop_signal(int signal) {
  int none = 0;
  if (!received_signal.compare_exchange_strong(none, signal)) {
    end_from_handler(signal);
    return;
  }
  stop_flag.store(true);
  for (const int other : kStopSignals) {
    struct sigaction action = {};
    if (sigaction(other, nullptr, &action) != 0 || action.sa_handler == SIG_IGN) continue;
    action = {};
    action.sa_handler = SIG_DFL;
    sigaction(other, &action, nullptr);
  }
  alarm(kPatience_s);
  say("\nstopping; once more stops at once\n");
}

extern "C" void on_status_signal(int) { status_flag.store(true); }

}  // namespace

StopSignals::StopSignals() {
  struct sigaction action = {};
  action.sa_handler = on_stop_signal;
  sigemptyset(&action.sa_mask);
  // In the same thread, one that comes while the first is being handled finds the default action
  // when that is over; Note [The second signal].
  for (const int signal : kStopSignals) sigaddset(&action.sa_mask, signal);
  action.sa_flags = SA_RESTART;
  // The first signal may come before the last line here is reached.
  std::signal(SIGALRM, on_patience_end);
  for (const int signal : kStopSignals) {
    struct sigaction before = {};
    // nohup ignores SIGHUP on purpose. Shells ignore SIGINT for background jobs of scripts, but
    // whoever sends it to one by hand wants it to stop.
    if (signal == SIGHUP && sigaction(signal, nullptr, &before) == 0 &&
        before.sa_handler == SIG_IGN) {
      continue;
    }
    sigaction(signal, &action, nullptr);
  }
  struct sigaction status = {};
  status.sa_handler = on_status_signal;
  sigemptyset(&status.sa_mask);
  status.sa_flags = SA_RESTART;
  sigaction(SIGUSR1, &status, nullptr);
  // Writing to a closed pipe or beyond a limit on file sizes is an error like any other.
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);
}

const std::atomic<bool>& StopSignals::stop() const { return stop_flag; }

bool StopSignals::take_status_request() const { return status_flag.exchange(false); }

int StopSignals::received() const { return received_signal.load(); }

void end_by_signal(int signal) {
  std::signal(signal, SIG_DFL);
  std::raise(signal);
  std::_Exit(128 + signal);  // reached only if the signal is blocked
}

}  // namespace mosaic::cli
