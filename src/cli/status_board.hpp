// Where a run stands, for those who look in: on SIGUSR1 a line, in a file every two seconds.
#pragma once

#include <chrono>
#include <condition_variable>
#include <filesystem>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "cli/json_lines.hpp"
#include "mosaic/render.hpp"

namespace mosaic::cli {

struct StatusOptions {
  std::optional<std::filesystem::path> file;        ///< replaced as a whole, never written in place
  std::function<bool()> take_request;               ///< was a line asked for since the last call?
  std::function<void(const std::string&)> print;    ///< the line
  std::function<void(const std::string&)> warning;  ///< when the file cannot be written any more
  std::chrono::milliseconds look{100};              ///< between looks for a request
  std::chrono::milliseconds pace{2000};             ///< between two states of the file
};

/// Looks from a thread of its own, so that a slow frame delays neither line nor file.
class StatusBoard {
 public:
  /// Writes the first state. Throws OutputError when the file cannot be written.
  explicit StatusBoard(StatusOptions options);
  ~StatusBoard();
  StatusBoard(const StatusBoard&) = delete;
  StatusBoard& operator=(const StatusBoard&) = delete;

  /// Tells `base` and notes the progress. Valid as long as this is.
  RenderObserver observer(const RenderObserver& base);

  /// Of a batch: what is worked on from now on. Its progress begins anew.
  void begin_file(const JsonFile& file);

  /// The last state of the file: "done" for exit codes 0 and 3, else "failed".
  void finish(int exit_code, const std::string& message);

 private:
  struct End {
    int exit_code = 0;
    std::string message;
  };
  void watch();
  [[nodiscard]] std::string line();
  [[nodiscard]] std::string state_json();
  void write_file();

  StatusOptions options_;
  std::mutex file_mutex_;  ///< of the file: two writers would share its temporary name
  std::mutex mutex_;       ///< of what follows
  std::condition_variable changed_;
  std::optional<JsonFile> work_;  ///< of a batch
  std::optional<RenderProgress> progress_;
  std::optional<End> end_;
  bool stopping_ = false;
  bool file_failed_ = false;  ///< of file_mutex_
  std::thread watcher_;
};

}  // namespace mosaic::cli
