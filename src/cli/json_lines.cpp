#include "cli/json_lines.hpp"

#include <unistd.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "core/utf8.hpp"
#include "mosaic/error.hpp"

namespace mosaic::cli {
namespace {

using Json = nlohmann::ordered_json;

constexpr double kPause_s = 1.0;

Json line_of(const char* type) { return {{"type", type}, {"schema", kJsonSchema}}; }

/// Text that may hold a file name. What is not UTF-8 is escaped, and the exact bytes stand beside.
void add_text(Json& line, const std::string& key, const std::string& text) {
  line[key] = as_utf8(text);
  if (!is_utf8(text)) line[key + "_hex"] = hex_bytes(text);
}

void write_line(std::ostream& out, const Json& line) { out << line.dump() << '\n' << std::flush; }

Json count_or_null(std::int64_t count) { return count < 0 ? Json() : Json(count); }

Json settings_json(const std::vector<SettingRecord>& settings) {
  Json object = Json::object();
  for (const SettingRecord& setting : settings) {
    Json entry;
    if (setting.value.empty()) {
      entry["value"] = nullptr;
    } else {
      add_text(entry, "value", setting.value);
    }
    add_text(entry, "source", setting.source);
    object[setting.name] = std::move(entry);
  }
  return object;
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

void JsonLines::start(const Request& request, const RunIdentity& identity) {
  const Settings& settings = request.settings;
  const bool renders = request.command == Command::render;
  Json line = line_of("start");
  line["program"] = "mosaic-temporal";
  line["version"] = identity.version;
  line["revision"] = identity.revision;
  line["command"] = renders ? "render" : std::string(command_name(request.command));
  line["pid"] = getpid();
  if (renders) add_text(line, "input", settings.frames.native());
  add_text(line, "tiles", settings.library.tiles.native());
  add_text(line, "output", settings.output.native());
  line["settings"] = settings_json(identity.settings);
  const std::scoped_lock lock(mutex_);
  write_line(out_, line);
}

void JsonLines::outline(const RenderOutline& outline) {
  Json line = line_of("outline");
  line["source"] = as_utf8(outline.source);
  line["width"] = outline.output.width;
  line["height"] = outline.output.height;
  line["columns"] = outline.columns;
  line["rows"] = outline.rows;
  line["cells"] = outline.columns * outline.rows;
  line["tile_size_px"] = outline.tile_size_px;
  line["frames"] = count_or_null(outline.frames);
  line["frame_rate"] = outline.frame_rate;
  line["photos"] = outline.photos;
  line["variants"] = outline.variants;
  line["max_uses"] = outline.max_uses;
  line["device"] = outline.device;
  const std::scoped_lock lock(mutex_);
  write_line(out_, line);
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
  write_line(out_, line);
}

void JsonLines::warning(const std::string& text) {
  Json line = line_of("warning");
  add_text(line, "message", text);
  const std::scoped_lock lock(mutex_);
  write_line(out_, line);
}

void JsonLines::skipped(const SkippedInput& input) {
  Json line = line_of("skipped");
  add_text(line, "name", input.name);
  add_text(line, "reason", input.reason);
  const std::scoped_lock lock(mutex_);
  write_line(out_, line);
}

void JsonLines::done(const JsonDone& done) {
  Json line = line_of("done");
  line["exit_code"] = done.exit_code;
  add_text(line, "message", done.message);
  add_text(line, "output", done.output.native());
  if (done.frames_in >= 0) line["frames_in"] = done.frames_in;
  if (done.frames_out >= 0) line["frames_out"] = done.frames_out;
  if (done.frames_kept >= 0) line["frames_kept"] = done.frames_kept;
  if (done.photos >= 0) line["photos"] = done.photos;
  line["decode_errors"] = done.decode_errors;
  line["skipped"] = done.skipped;
  line["bytes"] = done.bytes;
  line["elapsed_s"] = done.elapsed_s;
  const std::scoped_lock lock(mutex_);
  write_line(out_, line);
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
  Json line = line_of("error");
  line["exit_code"] = error.exit_code;
  add_text(line, "message", error.message);
  add_text(line, "hint", error.hint);
  if (error.signal != 0) line["signal"] = error.signal;
  write_line(out, line);
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
    if (name == std::string(kEnvironmentPrefix) + "JSON") asked = is_on(text);
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
