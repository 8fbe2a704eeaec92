#include "cli/json_lines.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <nlohmann/json.hpp>
#include <system_error>
#include <utility>

#include "cli/batch.hpp"
#include "core/json_text.hpp"
#include "core/utf8.hpp"
#include "mosaic/error.hpp"

namespace mosaic::cli {
namespace {

using Json = nlohmann::ordered_json;

constexpr double kPause_s = 1.0;

Json line_of(const char* type) { return {{"type", type}, {"schema", kJsonSchema}}; }

Json count_or_null(std::int64_t count) { return count < 0 ? Json() : Json(count); }

Json bytes_or_null(std::uint64_t bytes) { return bytes == 0 ? Json() : Json(bytes); }

void add_outline(Json& line, const RenderOutline& outline) {
  line["source"] = as_utf8(outline.source);
  line["width"] = outline.output.width;
  line["height"] = outline.output.height;
  line["columns"] = outline.columns;
  line["rows"] = outline.rows;
  line["cells"] = outline.columns * outline.rows;
  line["tile_size_px"] = outline.tile_size_px;
  line["frames"] = count_or_null(outline.frames);
  line["frame_rate"] = outline.frame_rate;
  line["photos"] = nullptr;  // keeps its place; the caller knows how sure it is
  line["variants"] = outline.variants;
  line["max_uses"] = outline.max_uses > 0 ? Json(outline.max_uses) : Json();
  line["device"] = outline.device.empty() ? Json() : Json(outline.device);
}

void add_file(Json& line, const JsonFile& file) {
  line["number"] = file.number;
  line["of"] = file.of;
  add_text(line, "input", file.input.native());
  add_text(line, "output", file.output.native());
}

void add_hint(Json& line, const std::string& hint) {
  line["hint"] = nullptr;
  if (!hint.empty()) add_text(line, "hint", hint);
}

void add_counts(Json& line, const JsonDone& done) {
  if (done.frames_in >= 0) line["frames_in"] = done.frames_in;
  if (done.frames_out >= 0) line["frames_out"] = done.frames_out;
  if (done.frames_kept >= 0) line["frames_kept"] = done.frames_kept;
  if (done.photos >= 0) line["photos"] = done.photos;
  if (done.decode_errors >= 0) line["decode_errors"] = done.decode_errors;
  if (done.skipped >= 0) line["skipped"] = done.skipped;
  if (done.bytes >= 0) line["bytes"] = done.bytes;
  line["elapsed_s"] = done.elapsed_s;
}

std::string error_line(const JsonError& error) {
  Json line = line_of("error");
  line["exit_code"] = error.exit_code;
  add_text(line, "message", error.message);
  add_hint(line, error.hint);
  if (error.signal != 0) line["signal"] = error.signal;
  if (error.files >= 0) {
    line["files"] = error.files;
    line["files_there"] = error.files_there;
  }
  return line.dump();
}

Json progress_object(const RenderProgress& progress) {
  Json object = {{"stage", progress.stage},
                 {"done", progress.done},
                 {"kept", progress.kept},
                 {"total", count_or_null(progress.total)},
                 {"elapsed_s", progress.elapsed_s},
                 {"per_second", nullptr},
                 {"left_s", nullptr}};
  const std::int64_t done_now = progress.done - progress.kept;
  if (done_now > 0 && progress.elapsed_s > 0.0) {
    const double rate = static_cast<double>(done_now) / progress.elapsed_s;
    object["per_second"] = rate;
    if (progress.total >= progress.done) {
      object["left_s"] = static_cast<double>(progress.total - progress.done) / rate;
    }
  }
  return object;
}

}  // namespace

JsonLines::JsonLines(std::ostream& out, std::function<double()> now_s)
    : out_(out), now_s_(std::move(now_s)) {}

void JsonLines::put(const std::string& line) {
  errno = 0;
  out_ << line << '\n' << std::flush;
  if (!out_ && failure_ == 0) failure_ = errno == 0 ? EIO : errno;
}

void JsonLines::require_whole() {
  const std::scoped_lock lock(mutex_);
  if (failure_ == 0 || failure_ == EPIPE) return;
  throw OutputError("the lines of --json could not be written to standard output: " +
                        std::generic_category().message(failure_),
                    "the work itself is done; free some space for the lines of the next run");
}

void JsonLines::start(const Request& request, const RunIdentity& identity) {
  const Settings& settings = request.settings;
  const bool renders = request.command == Command::render;
  Json line = line_of("start");
  line["program"] = "mosaic-temporal";
  line["version"] = identity.version;
  line["revision"] = identity.revision;
  line["command"] = renders ? "render" : std::string(command_name(request.command));
  line["pid"] = getpid();
  if (is_batch(request)) {
    line["files"] = request.inputs.size();  // their names stand in the lines of their own
  } else {
    if (renders) add_text(line, "input", settings.frames.native());
    add_text(line, "output", settings.output.native());
  }
  add_text(line, "tiles", settings.library.tiles.native());
  line["settings"] = settings_json(identity.settings);
  const std::scoped_lock lock(mutex_);
  put(line.dump());
}

void JsonLines::outline(const RenderOutline& outline) {
  Json line = line_of("outline");
  add_outline(line, outline);
  line["photos"] = outline.photos;
  const std::scoped_lock lock(mutex_);
  put(line.dump());
}

void JsonLines::progress(const RenderProgress& progress) {
  const std::scoped_lock lock(mutex_);
  const double now_s = now_s_();
  const bool begins = progress.stage != last_stage_;
  const bool ends = progress.done == progress.total && progress.done != last_done_;
  if (!begins && progress.done == last_done_) return;
  if (!begins && !ends && now_s - last_time_s_ < kPause_s) return;
  last_stage_ = progress.stage;
  last_done_ = progress.done;
  last_time_s_ = now_s;
  Json line = line_of("progress");
  line.update(progress_object(progress));
  put(line.dump());
}

void JsonLines::warning(const std::string& text) {
  Json line = line_of("warning");
  add_text(line, "message", text);
  const std::scoped_lock lock(mutex_);
  put(line.dump());
}

void JsonLines::skipped(const SkippedInput& input) {
  Json line = line_of("skipped");
  add_text(line, "name", input.name);
  add_text(line, "reason", input.reason);
  const std::scoped_lock lock(mutex_);
  put(line.dump());
}

void JsonLines::file(const JsonFile& file) {
  Json line = line_of("file");
  add_file(line, file);
  const std::scoped_lock lock(mutex_);
  last_stage_.clear();  // the next film's progress begins anew
  last_done_ = -1;
  put(line.dump());
}

void JsonLines::file_end(const JsonFile& file, const JsonFileEnd& end) {
  Json line = line_of("file_end");
  add_file(line, file);
  line["exit_code"] = end.exit_code;
  add_text(line, "message", end.message);
  add_hint(line, end.hint);
  line["was_done"] = end.was_done;
  if (end.made) add_counts(line, *end.made);
  const std::scoped_lock lock(mutex_);
  put(line.dump());
}

void JsonLines::done(const JsonDone& done) {
  Json line = line_of("done");
  line["exit_code"] = done.exit_code;
  add_text(line, "message", done.message);
  if (done.files < 0) {
    add_text(line, "output", done.output.native());
    add_counts(line, done);
  } else {
    line["files"] = done.files;
    line["files_there"] = done.files_there;
    line["elapsed_s"] = done.elapsed_s;
  }
  const std::scoped_lock lock(mutex_);
  put(line.dump());
}

void JsonLines::error(const JsonError& error) {
  const std::scoped_lock lock(mutex_);
  put(error_line(error));
}

void JsonLines::estimate(const JobEstimate& estimate, const Settings& settings) {
  Json line = line_of("estimate");
  add_text(line, "input", settings.frames.native());
  add_text(line, "output", settings.output.native());
  add_outline(line, estimate.outline);
  line["photos"] = count_or_null(estimate.outline.photos);
  line["index_ready"] = estimate.index_ready;
  Json& memory = line["memory"] = Json::object();
  memory["bytes"] = estimate.memory;
  memory["limit"] = settings.memory_limit > 0 ? Json(settings.memory_limit) : Json();
  memory["threads"] = estimate.threads;
  for (const auto& [part, bytes] : estimate.memory_parts) memory["parts"][part] = bytes;
  const TimeEstimate& time = estimate.time;
  line["time"] = {{"index_s", time.index_s ? Json(*time.index_s) : Json()},
                  {"render_s", time.render_s ? Json(*time.render_s) : Json()},
                  {"sample_frames", time.sample_frames},
                  {"sample_photos", time.sample_photos},
                  {"encoded", time.encoded}};
  line["disk"] = {{"output", bytes_or_null(estimate.output_bytes)},
                  {"job_folder", estimate.job_folder_bytes},
                  {"index", estimate.index_bytes},
                  {"free", estimate.free_bytes ? Json(*estimate.free_bytes) : Json()}};
  const std::scoped_lock lock(mutex_);
  put(line.dump());
}

RenderObserver JsonLines::observer(const RenderObserver& base) {
  RenderObserver observer = base;
  observer.progress = [this, tell = base.progress](const RenderProgress& each) {
    if (tell) tell(each);
    progress(each);
  };
  observer.warning = [this, tell = base.warning](const std::string& text) {
    if (tell) tell(text);
    warning(text);
  };
  return observer;
}

std::string progress_json(const RenderProgress& progress) {
  return progress_object(progress).dump();
}

void write_json_error(std::ostream& out, const JsonError& error) {
  out << error_line(error) << '\n' << std::flush;
}

bool asks_for_json(std::span<const std::string> arguments, const Environment& environment) {
  const auto is_on = [](const std::string& text) {
    try {
      return parse_switch({text, {}});
    } catch (const UsageError&) {
      return false;  // said where it is read
    }
  };
  bool asked = false;
  for (const auto& [name, text] : environment) {
    if (name == std::string(kEnvironmentPrefix) + "JSON") asked = is_on(text);  // empty: not set
  }
  // The main job and index write lines; other commands' --json is something else.
  const std::string first = arguments.empty() ? std::string() : arguments.front();
  if (first != "index" && !first.starts_with('-')) return false;
  for (const std::string& argument : arguments) {
    if (argument == "--") break;
    if (argument == "--json") asked = true;
    if (argument.rfind("--json=", 0) == 0) asked = is_on(argument.substr(7));
  }
  return asked;
}

}  // namespace mosaic::cli
