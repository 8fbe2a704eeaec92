#include "cli/progress.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <string_view>
#include <utility>

#include "cli/text.hpp"

namespace mosaic::cli {
namespace {

constexpr double kRedraw_s = 0.1;         // terminal: ten times a second
constexpr double kPlainLine_s = 10.0;     // elsewhere: a line at least this often
constexpr std::int64_t kPlainParts = 20;  // or for every twentieth of the work,
constexpr double kPlainPause_s = 1.0;     // but not faster than this

double share_of(const RenderProgress& progress) {
  if (progress.total <= 0) return 0.0;
  return std::clamp(static_cast<double>(progress.done) / static_cast<double>(progress.total), 0.0,
                    1.0);
}

std::string_view unit_of(const RenderProgress& progress) {
  return progress.stage == "render" ? "fps" : "/s";
}

}  // namespace

std::string progress_text(const RenderProgress& progress) {
  std::string text = progress.stage + "  " + std::to_string(progress.done);
  if (progress.total > 0) {
    text += "/" + std::to_string(progress.total) + "  " +
            std::to_string(static_cast<int>(share_of(progress) * 100.0)) + "%";
  }
  const std::int64_t done_now = progress.done - progress.kept;
  if (done_now > 0 && progress.elapsed_s > 0.0) {
    const double rate = static_cast<double>(done_now) / progress.elapsed_s;
    const std::string_view unit = unit_of(progress);
    text += "  " + decimal_text(rate, 1) + (unit == "fps" ? " fps" : "/s");
    if (progress.total > progress.done) {
      text +=
          "  " + clock_text(static_cast<double>(progress.total - progress.done) / rate) + " left";
    }
  }
  return text;
}

std::string progress_bar(const RenderProgress& progress, std::size_t width) {
  constexpr std::size_t kLongestBar = 30;
  constexpr std::size_t kShortestBar = 8;
  std::string text = progress_text(progress);
  // The bar goes after the stage's name, if there is a share to show and room to show it.
  const std::size_t room = width > text.size() + 4 ? width - text.size() - 4 : 0;
  if (progress.total > 0 && room >= kShortestBar) {
    const std::size_t length = std::min(room, kLongestBar);
    const auto full = static_cast<std::size_t>(share_of(progress) * static_cast<double>(length));
    text.insert(progress.stage.size(),
                "  [" + std::string(full, '#') + std::string(length - full, '-') + "]");
  }
  if (text.size() > width) text.resize(width);
  return text;
}

Console::Console(std::ostream& out, ConsoleOptions options)
    : out_(out), options_(std::move(options)) {}

Console::~Console() {
  try {
    clear();
  } catch (...) {  // a terminal that is gone needs no clearing
  }
}

void Console::erase_bar() {
  if (bar_length_ == 0) return;
  // Blanks instead of an escape sequence: they work everywhere.
  out_ << '\r' << std::string(bar_length_, ' ') << '\r';
  bar_length_ = 0;
}

void Console::print_line(const std::string& text) {
  const std::scoped_lock lock(mutex_);
  erase_bar();
  out_ << printable(text) << '\n' << std::flush;
}

void Console::info(const std::string& text) {
  if (options_.verbose && !options_.quiet) print_line(text);
}

void Console::notice(const std::string& text) {
  if (!options_.quiet) print_line(text);
}

void Console::warning(const std::string& text) { print_line("warning: " + text); }

void Console::clear() {
  const std::scoped_lock lock(mutex_);
  erase_bar();
  out_ << std::flush;
}

bool Console::is_due(const RenderProgress& progress, double now_s) const {
  if (progress.stage != last_stage_) return true;
  const double since_s = now_s - last_time_s_;
  if (options_.terminal) return since_s >= kRedraw_s || progress.done == progress.total;
  const bool moved =
      progress.total > 0 && (progress.done - last_done_) * kPlainParts >= progress.total;
  return since_s >= kPlainLine_s || (since_s >= kPlainPause_s && moved);
}

void Console::progress(const RenderProgress& progress) {
  if (options_.quiet) return;
  const std::scoped_lock lock(mutex_);
  const double now_s = options_.now_s();
  if (!is_due(progress, now_s)) return;
  last_stage_ = progress.stage;
  last_time_s_ = now_s;
  last_done_ = progress.done;
  if (!options_.terminal) {
    out_ << printable(progress_text(progress)) << '\n' << std::flush;
    return;
  }
  // The last column stays free: some terminals wrap when it is written.
  const std::size_t width = std::max<std::size_t>(options_.width(), 20) - 1;
  const std::string bar = progress_bar(progress, width);
  const std::size_t left_over = bar_length_ > bar.size() ? bar_length_ - bar.size() : 0;
  out_ << '\r' << printable(bar) << std::string(left_over, ' ') << std::flush;
  bar_length_ = bar.size();
}

RenderObserver Console::observer() {
  RenderObserver observer;
  observer.progress = [this](const RenderProgress& each) { progress(each); };
  observer.info = [this](const std::string& text) { info(text); };
  observer.notice = [this](const std::string& text) { notice(text); };
  observer.warning = [this](const std::string& text) { warning(text); };
  return observer;
}

ConsoleOptions console_options(bool quiet, bool verbose) {
  ConsoleOptions options;
  const char* const kind = std::getenv("TERM");
  options.terminal =
      isatty(STDERR_FILENO) == 1 && kind != nullptr && std::string_view(kind) != "dumb";
  options.quiet = quiet;
  options.verbose = verbose;
  options.now_s = [] {
    const auto now = std::chrono::steady_clock::now().time_since_epoch();
    return std::chrono::duration<double>(now).count();
  };
  options.width = [] {
    winsize size = {};
    constexpr std::size_t kUsual = 80;
    if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return kUsual;
    return static_cast<std::size_t>(size.ws_col);
  };
  return options;
}

std::string error_text(const std::string& what, const std::string& hint) {
  std::string text = "error: " + printable(what) + "\n";
  if (!hint.empty()) text += "  " + printable(hint) + "\n";
  return text;
}

}  // namespace mosaic::cli
