#include "cli/status_board.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <utility>

#include "cli/progress.hpp"
#include "core/json_text.hpp"
#include "core/leftovers.hpp"
#include "core/output_file.hpp"

namespace mosaic::cli {
namespace {

/// Without syncing: what a power cut leaves of a status is of no use to anyone.
void replace_file(const std::filesystem::path& path, const std::string& text) {
  std::filesystem::path temporary = path;
  temporary.replace_filename(temporary_name(path.filename().native(), {}, 0));
  errno = 0;
  // Made anew, and not through a link: the folder may be one that others write to.
  std::remove(temporary.c_str());
  const int file =
      ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
  const HeldName held(temporary);  // by another run's start it would be removed
  const bool written =
      file >= 0 && ::write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  const bool closed = file >= 0 && ::close(file) == 0;
  if (written && closed && std::rename(temporary.c_str(), path.c_str()) == 0) return;
  const int reason = errno;
  std::remove(temporary.c_str());
  throw output_error("cannot write the status file", path, reason);
}

}  // namespace

StatusBoard::StatusBoard(StatusOptions options) : options_(std::move(options)) {
  if (options_.file) {
    const std::filesystem::path folder = options_.file->parent_path();
    remove_leftovers(folder.empty() ? "." : folder, options_.file->filename().native(), {});
    replace_file(*options_.file, state_json());
  }
  watcher_ = std::thread([this] { watch(); });
}

StatusBoard::~StatusBoard() {
  {
    const std::scoped_lock lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  watcher_.join();
}

RenderObserver StatusBoard::observer(const RenderObserver& base) {
  RenderObserver observer = base;
  observer.progress = [this, tell = base.progress](const RenderProgress& each) {
    if (tell) tell(each);
    const std::scoped_lock lock(mutex_);
    progress_ = each;
  };
  return observer;
}

void StatusBoard::begin_file(const JsonFile& file) {
  const std::scoped_lock lock(mutex_);
  work_ = file;
  progress_.reset();
}

void StatusBoard::finish(int exit_code, const std::string& message) {
  {
    const std::scoped_lock lock(mutex_);
    end_ = End{exit_code, message};
  }
  write_file();
}

std::string StatusBoard::line() {
  const std::scoped_lock lock(mutex_);
  std::string text =
      progress_ ? progress_text(*progress_) : std::string("starting: nothing is finished yet");
  if (!work_) return text;
  return "[" + std::to_string(work_->number) + "/" + std::to_string(work_->of) + "] " +
         work_->input.native() + ": " + text;
}

std::string StatusBoard::state_json() {
  const std::scoped_lock lock(mutex_);
  nlohmann::ordered_json state = {{"type", "status"}, {"schema", kJsonSchema}};
  const bool good = end_ && (end_->exit_code == 0 || end_->exit_code == 3);
  state["state"] = end_ ? (good ? "done" : "failed") : progress_ || work_ ? "running" : "starting";
  state["pid"] = getpid();
  if (work_) {
    state["file"] = {{"number", work_->number}, {"of", work_->of}};
    add_text(state["file"], "input", work_->input.native());
    add_text(state["file"], "output", work_->output.native());
  }
  if (progress_) {
    state["progress"] = nlohmann::ordered_json::parse(progress_json(*progress_));
  }
  if (end_) {
    state["exit_code"] = end_->exit_code;
    add_text(state, "message", end_->message);
  }
  return state.dump() + "\n";
}

void StatusBoard::write_file() {
  const std::scoped_lock lock(file_mutex_);
  if (!options_.file || file_failed_) return;
  try {
    replace_file(*options_.file, state_json());
  } catch (const OutputError& error) {
    file_failed_ = true;  // the work matters more than the account of it
    options_.warning(std::string(error.what()) + "; it is not kept up any more");
  }
}

void StatusBoard::watch() {
  auto written = std::chrono::steady_clock::now();
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    changed_.wait_for(lock, options_.look);
    const bool ended = stopping_ || end_.has_value();
    lock.unlock();
    if (options_.take_request()) options_.print(line());
    const auto now = std::chrono::steady_clock::now();
    if (!ended && now - written >= options_.pace) {
      write_file();
      written = now;
    }
    lock.lock();
  }
}

}  // namespace mosaic::cli
