// Running the command line in process, and files to run it on.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "cli/app.hpp"
#include "cli/resolve.hpp"
#include "mosaic/error.hpp"

namespace mosaic::cli {

using Words = std::vector<std::string>;

inline Resolved resolve_words(const Words& words, const Environment& environment = {}) {
  return resolve(parse_command_line(words), environment);
}

inline Settings settings_of(const Words& words, const Environment& environment = {}) {
  return resolve_words(words, environment).request.settings;
}

/// What and hint of the error that `body` throws, and its exit code.
struct Failure {
  int code = 0;
  std::string what;
  std::string hint;
};

template <class Body>
Failure failure_of(Body body) {
  try {
    body();
  } catch (const Error& error) {
    return {static_cast<int>(error.code()), error.what(), error.hint()};
  }
  ADD_FAILURE() << "nothing was thrown";
  return {};
}

inline Failure failure_of_words(const Words& words, const Environment& environment = {}) {
  return failure_of([&] { resolve_words(words, environment); });
}

/// What a run printed, with a handler that notes whether there was work to do.
struct Outcome {
  int code = -1;
  bool worked = false;
  std::string out;
  std::string errors;
};

inline Outcome run_words(const Words& words, const Environment& environment = {}) {
  Outcome outcome;
  std::ostringstream out, errors;
  outcome.code = run_command_line(words, environment, out, errors, [&](const CommandLine&, bool&) {
    outcome.worked = true;
    return 0;
  });
  outcome.out = out.str();
  outcome.errors = errors.str();
  return outcome;
}

/// A folder of its own for each test, removed at the end.
class FolderTest : public ::testing::Test {
 protected:
  FolderTest() {
    const auto* info = ::testing::UnitTest::GetInstance()->current_test_info();
    folder_ = std::filesystem::temp_directory_path() /
              ("mosaic_" + std::string(info->test_suite_name()) + "_" + info->name() + "_" +
               std::to_string(getpid()));
    std::filesystem::create_directories(folder_);
  }
  ~FolderTest() override {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }

  std::string path(const std::string& name) const { return (folder_ / name).string(); }
  std::string write(const std::string& name, const std::string& text) const {
    std::ofstream(folder_ / name, std::ios::binary) << text;
    return path(name);
  }
  std::string make_folder(const std::string& name) const {
    std::filesystem::create_directories(folder_ / name);
    return path(name);
  }

  std::filesystem::path folder_;
};

}  // namespace mosaic::cli
