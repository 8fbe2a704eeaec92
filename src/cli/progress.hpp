// What a run says while it works, on standard error.
#pragma once

#include <functional>
#include <mutex>
#include <ostream>
#include <string>

#include "mosaic/render.hpp"

namespace mosaic::cli {

/// One line of progress without cursor control, e.g. "render  123/720  17%  12.3/s  0:49 left".
std::string progress_text(const RenderProgress& progress);

/// The same with a bar, at most `width` characters.
std::string progress_bar(const RenderProgress& progress, std::size_t width);

struct ConsoleOptions {
  bool terminal = false;               ///< redraw one line; else plain lines
  bool quiet = false;                  ///< no notices, no progress
  bool verbose = false;                ///< also show RenderObserver::info
  std::function<double()> now_s;       ///< monotonic clock
  std::function<std::size_t()> width;  ///< columns of the terminal
};

/// Prints notices, warnings and progress so that they do not run into each other. Thread-safe.
class Console {
 public:
  Console(std::ostream& out, ConsoleOptions options);
  ~Console();  ///< clears the bar
  Console(const Console&) = delete;
  Console& operator=(const Console&) = delete;

  void info(const std::string& text);
  void notice(const std::string& text);
  void warning(const std::string& text);
  /// Belongs to the warning before it; always shown.
  void detail(const std::string& text) { print_line(text); }
  void progress(const RenderProgress& progress);
  void clear();

  /// Callbacks that stay valid as long as this console.
  RenderObserver observer();

 private:
  void print_line(const std::string& text);
  void erase_bar();
  [[nodiscard]] bool is_due(const RenderProgress& progress, double now_s) const;

  std::ostream& out_;
  ConsoleOptions options_;
  std::mutex mutex_;
  std::size_t bar_length_ = 0;  ///< characters of the bar now on the terminal
  std::string last_stage_;
  double last_time_s_ = 0.0;
  std::int64_t last_done_ = 0;
};

/// For standard error of this process.
ConsoleOptions console_options(bool quiet, bool verbose);

/// "error: what" and, indented, the hint.
std::string error_text(const std::string& what, const std::string& hint);

}  // namespace mosaic::cli
