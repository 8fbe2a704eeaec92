// Signals are the business of a whole process, so each test runs in a child.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <functional>
#include <utility>

#include "cli/signals.hpp"

namespace mosaic::cli {
namespace {

/// Status of a child that runs `body` and exits with what it returns.
int status_of_child(const std::function<int()>& body) {
  const pid_t child = fork();
  if (child == 0) {
    if (freopen("/dev/null", "w", stderr) == nullptr) _exit(99);
    std::signal(SIGHUP, SIG_DFL);  // the tests may run under nohup
    _exit(body());
  }
  int status = 0;
  EXPECT_EQ(waitpid(child, &status, 0), child);
  return status;
}

TEST(Signals, TheFirstOneRaisesTheFlag) {
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
    const int status = status_of_child([signal] {
      const StopSignals signals;
      if (signals.stop().load() || signals.received() != 0) return 1;
      std::raise(signal);
      return signals.stop().load() && signals.received() == signal ? 0 : 2;
    });
    ASSERT_TRUE(WIFEXITED(status)) << signal;
    EXPECT_EQ(WEXITSTATUS(status), 0) << signal;
  }
}

TEST(Signals, TheSecondOneEndsTheProcess) {
  const int status = status_of_child([] {
    const StopSignals signals;
    std::raise(SIGTERM);
    std::raise(SIGTERM);
    return 0;
  });
  ASSERT_TRUE(WIFSIGNALED(status));
  EXPECT_EQ(WTERMSIG(status), SIGTERM);
}

// Only the same one again did: INT, TERM and HUP in turn kept a job alive for 7.3 s.
TEST(Signals, ASecondOneOfAnotherKindEndsTheProcessToo) {
  for (const auto& [first, second] : {std::pair(SIGINT, SIGTERM), std::pair(SIGTERM, SIGHUP)}) {
    const int status = status_of_child([first = first, second = second] {
      const StopSignals signals;
      std::raise(first);
      std::raise(second);
      return 0;
    });
    ASSERT_TRUE(WIFSIGNALED(status)) << first;
    EXPECT_EQ(WTERMSIG(status), second);
  }
}

// Given to another thread, the second one may come before the first one's handler has put anything
// back. Handlers that are set again stand for that moment: the second passed for a first one.
TEST(Signals, ASecondOneThatStillFindsTheHandlerEndsTheProcess) {
  for (const auto& [first, second] : {std::pair(SIGTERM, SIGTERM), std::pair(SIGINT, SIGHUP)}) {
    const int status = status_of_child([first = first, second = second] {
      const StopSignals signals;
      std::raise(first);
      const StopSignals again;
      std::raise(second);
      return 0;
    });
    ASSERT_TRUE(WIFSIGNALED(status)) << first;
    EXPECT_EQ(WTERMSIG(status), second);
  }
}

TEST(Signals, NohupIsRespectedAlsoAfterAnotherSignal) {
  const int status = status_of_child([] {
    std::signal(SIGHUP, SIG_IGN);
    const StopSignals signals;
    std::raise(SIGTERM);
    std::raise(SIGHUP);
    return signals.received() == SIGTERM ? 0 : 1;
  });
  ASSERT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 0);
}

// Nobody waits for a frame that takes longer than four seconds, or for a disk that does not answer.
TEST(Signals, WhatDoesNotStopIsEndedByTheFirstSignalAfterFourSeconds) {
  const int status = status_of_child([] {
    const StopSignals signals;
    std::raise(SIGTERM);
    for (int i = 0; i < 600; ++i) usleep(100'000);
    return 0;
  });
  ASSERT_TRUE(WIFSIGNALED(status));
  EXPECT_EQ(WTERMSIG(status), SIGTERM);
}

/// Standard error becomes a pipe that holds as much as it can and that nobody reads.
bool fill_standard_error() {
  int ends[2];
  if (pipe(ends) != 0 || fcntl(ends[1], F_SETFL, O_NONBLOCK) != 0) return false;
  while (write(ends[1], "x", 1) == 1) {
  }
  return errno == EAGAIN && fcntl(ends[1], F_SETFL, 0) == 0 && dup2(ends[1], STDERR_FILENO) >= 0;
}

/// The same as status_of_child() for one that may wait for ever: after a minute it is killed.
int status_of_child_in_time(const std::function<int()>& body) {
  return status_of_child([&] {
    const pid_t child = fork();
    if (child == 0) _exit(body());
    int status = 0;
    for (int i = 0; i < 600 && waitpid(child, &status, WNOHANG) == 0; ++i) usleep(100'000);
    if (waitpid(child, &status, WNOHANG) == 0) {
      kill(child, SIGKILL);
      return 98;
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  });
}

// The handler waited in write() for room that never came, and so did that of the four seconds.
TEST(Signals, AStandardErrorThatNobodyReadsDoesNotHoldUpTheStop) {
  const int raised = status_of_child_in_time([] {
    if (!fill_standard_error()) return 97;
    const StopSignals signals;
    errno = ENOTTY;
    std::raise(SIGTERM);
    return signals.received() == SIGTERM && errno == ENOTTY ? 0 : 1;
  });
  ASSERT_TRUE(WIFEXITED(raised));
  EXPECT_EQ(WEXITSTATUS(raised), 0);
  const int busy = status_of_child_in_time([] {
    if (!fill_standard_error()) return 97;
    const StopSignals signals;
    std::raise(SIGTERM);
    for (;;) usleep(100'000);
  });
  ASSERT_TRUE(WIFEXITED(busy));
  EXPECT_EQ(WEXITSTATUS(busy), 128 + SIGTERM);
}

TEST(Signals, EndsBySignal) {
  const int status = status_of_child([]() -> int {
    const StopSignals signals;
    std::raise(SIGINT);
    end_by_signal(signals.received());
  });
  ASSERT_TRUE(WIFSIGNALED(status));
  EXPECT_EQ(WTERMSIG(status), SIGINT);
}

TEST(Signals, AClosedPipeDoesNotKill) {
  const int status = status_of_child([] {
    const StopSignals signals;
    std::raise(SIGPIPE);
    return signals.stop().load() ? 1 : 0;
  });
  ASSERT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 0);
}

TEST(Signals, NohupIsRespected) {
  const int status = status_of_child([] {
    std::signal(SIGHUP, SIG_IGN);
    const StopSignals signals;
    std::raise(SIGHUP);
    return signals.stop().load() ? 1 : 0;
  });
  ASSERT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 0);
}

}  // namespace
}  // namespace mosaic::cli
