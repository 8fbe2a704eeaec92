#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <nlohmann/json.hpp>
#include <thread>

#include "cli/status_board.hpp"
#include "cli/validate.hpp"
#include "cli_fixture.hpp"

namespace mosaic::cli {
namespace {

using Json = nlohmann::json;
using std::chrono::milliseconds;

class Status : public FolderTest {
 protected:
  StatusOptions quick() {
    StatusOptions options;
    options.file = path("status.json");
    options.take_request = [this] { return asked_.exchange(false); };
    options.print = [this](const std::string& text) {
      line_ = text;
      printed_ = true;
    };
    options.warning = [this](const std::string& text) {
      line_ = text;
      printed_ = true;
    };
    options.look = milliseconds(2);
    options.pace = milliseconds(4);
    return options;
  }
  Json state() const {
    std::ifstream stream(path("status.json"));
    return Json::parse(stream, nullptr, false);
  }
  template <class Condition>
  static bool soon(Condition holds) {
    for (int i = 0; i < 60000; ++i) {  // a loaded machine may not run the watcher for long
      if (holds()) return true;
      std::this_thread::sleep_for(milliseconds(2));
    }
    return false;
  }

  std::atomic<bool> asked_{false};
  std::atomic<bool> printed_{false};
  std::string line_;  ///< read after printed_ was seen
};

TEST_F(Status, WhatAKilledRunHasLeftOfTheFileIsRemoved) {
  write(".status.json.4711.part", "{");
  const StatusBoard board(quick());
  EXPECT_FALSE(std::filesystem::exists(path(".status.json.4711.part")));
}

TEST_F(Status, TheFileFollowsTheRunAndNeverHoldsHalfAState) {
  StatusBoard board(quick());
  EXPECT_EQ(state()["state"], "starting");
  const RenderObserver observer = board.observer({});
  for (int frame = 1; frame <= 50; ++frame) {
    observer.progress({.stage = "render", .done = frame, .total = 50, .elapsed_s = frame * 0.5});
    EXPECT_TRUE(state().is_object()) << "a reader met an unfinished file";
    std::this_thread::sleep_for(milliseconds(1));
  }
  EXPECT_TRUE(
      soon([&] { return state()["state"] == "running" && state()["progress"]["done"] == 50; }));
  EXPECT_EQ(state()["progress"]["per_second"], 2.0);
  board.finish(3, "made it");
  EXPECT_EQ(state()["state"], "done");
  EXPECT_EQ(state()["exit_code"], 3);
  EXPECT_EQ(state()["message"], "made it");
}

TEST_F(Status, AFailureIsPutDown) {
  StatusBoard board(quick());
  board.finish(5, "disk \xff full");
  EXPECT_EQ(state()["state"], "failed");
  EXPECT_EQ(state()["message"], "disk \\xff full");
}

TEST_F(Status, ALineComesWhenAskedFor) {
  StatusBoard board(quick());
  const RenderObserver observer = board.observer({});
  observer.progress({.stage = "render", .done = 30, .total = 120, .elapsed_s = 10.0});
  EXPECT_FALSE(printed_.load());
  asked_ = true;
  ASSERT_TRUE(soon([&] { return printed_.load(); }));
  EXPECT_EQ(line_, "render  30/120  25%  3.0 fps  0:30 left");
}

TEST_F(Status, AFileThatCannotBeKeptUpIsSaidOnce) {
  make_folder("gone");
  StatusOptions options = quick();
  options.file = path("gone/status.json");
  std::atomic<int> warnings = 0;
  options.warning = [&](const std::string& text) {
    ++warnings;
    EXPECT_NE(text.find("gone/status.json"), std::string::npos) << text;
  };
  {
    StatusBoard board(std::move(options));
    std::filesystem::remove_all(folder_ / "gone");
    ASSERT_TRUE(soon([&] { return warnings.load() > 0; }));
    board.finish(0, "done");  // would be a second attempt
  }
  EXPECT_EQ(warnings.load(), 1);
}

TEST_F(Status, AFileOfAnotherKindIsNotReplaced) {
  const std::string film = write("in.mp4", "x");
  make_folder("pool");
  const auto job = [&](const std::string& status) {
    return resolve_words({"--frames", film, "--tiles", path("pool"), "--output", path("out.mp4"),
                          "--status-file", status});
  };
  const std::string letter = write("letter.txt", "Dear Ada");
  EXPECT_EQ(failure_of([&] { validate(job(letter)); }).code, 5);
  EXPECT_NO_THROW(validate(job(write("old.json", "{\"type\":\"status\",\"schema\":1}\n"))));
  EXPECT_NO_THROW(validate(job(path("new.json"))));
  EXPECT_EQ(failure_of([&] { validate(job(film)); }).code, 2) << "it would replace the input";
}

}  // namespace
}  // namespace mosaic::cli
