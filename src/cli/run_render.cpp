#include "cli/run_render.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <system_error>

#include "build_facts.hpp"
#include "cli/batch.hpp"
#include "cli/facts.hpp"
#include "cli/paths.hpp"
#include "cli/revision.hpp"
#include "cli/run_batch.hpp"
#include "cli/suggest.hpp"
#include "cli/summary.hpp"
#include "cli/text.hpp"
#include "mosaic/dry_run.hpp"
#include "mosaic/error.hpp"
#include "mosaic/preview.hpp"
#include "mosaic/render.hpp"
#include "pipeline/library_shelf.hpp"
#include "pipeline/render_repeated.hpp"
#include "video/codec_list.hpp"

namespace mosaic::cli {
std::uint64_t file_bytes(const std::filesystem::path& path) {
  std::error_code error;
  if (!std::filesystem::is_regular_file(path, error)) return 0;
  const std::uintmax_t bytes = std::filesystem::file_size(path, error);
  return error ? 0 : bytes;
}

void tell_done(const Listeners& listeners, const std::vector<SkippedInput>& skipped,
               const JsonDone& done) {
  listeners.board->finish(done.exit_code, done.message);
  if (listeners.json == nullptr) return;
  for (const SkippedInput& input : skipped) listeners.json->skipped(input);
  listeners.json->done(done);
}

int finish(Console& console, const std::string& made, const std::vector<std::string>& skipped) {
  console.clear();
  console.notice(made);
  for (const std::string& line : skipped) {
    // The first line carries the word; what follows is its list.
    if (line.rfind("  ", 0) == 0) {
      console.detail(line);
    } else {
      console.warning(line);
    }
  }
  return static_cast<int>(skipped.empty() ? ExitCode::ok : ExitCode::skipped_inputs);
}

namespace {

/// FFmpeg's own message lists encoders, but knows no slip of the finger.
void require_encoder(const std::string& name) {
  if (name.empty() || have_encoder(name)) return;
  const std::vector<std::string> names = video_encoder_names();
  const std::vector<std::string_view> views(names.begin(), names.end());
  const std::string near = nearest(name, views);
  if (near.empty()) return;
  throw DeviceError("this FFmpeg has no video encoder '" + name + "'",
                    "did you mean " + near + "?");
}

int execute_preview(const Request& request, const Listeners& listeners) {
  const Settings& settings = request.settings;
  const auto start = std::chrono::steady_clock::now();
  JsonDone done;
  done.output = preview_path(settings.output);
  const PreviewSummary summary = render_preview(settings, request.preview.at_s, done.output,
                                                listeners.observer, listeners.context);
  done.elapsed_s = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  done.message = "made " + done.output.string() + ": the frame at " +
                 decimal_text(summary.time_s, 3) + " s, " + std::to_string(summary.size.width) +
                 "x" + std::to_string(summary.size.height) + ", in " +
                 decimal_text(done.elapsed_s, 1) + " s";
  done.exit_code = finish(listeners.console, done.message,
                          skipped_lines(summary.skipped, summary.decode_errors, {}));
  done.frames_in = done.frames_out = 1;
  done.decode_errors = summary.decode_errors;
  done.skipped = static_cast<std::int64_t>(summary.skipped.size());
  done.bytes = static_cast<std::int64_t>(file_bytes(done.output));
  tell_done(listeners, summary.skipped, done);
  return done.exit_code;
}

JsonDone was_done(const Settings& settings, ExitCode code) {
  JsonDone done;
  done.exit_code = static_cast<int>(code);
  done.output = settings.output;
  done.was_done = true;
  return done;
}

/// `shelf`: of a batch, in which an output that is done is left alone; null: none.
JsonDone render_one(const Request& request, const Listeners& listeners, LibraryShelf* shelf) {
  Settings settings = request.settings;
  settings.facts = output_facts(request);
  settings.facts["program"] = std::string(kVersion) + " " + std::string(revision());
  require_encoder(settings.encode.codec);
  const auto start = std::chrono::steady_clock::now();
  const RepeatedRender rendered =
      shelf == nullptr
          ? RepeatedRender{render(settings, listeners.observer, listeners.context)}
          : render_unless_done(settings, listeners.observer, listeners.context, *shelf);
  const std::optional<RenderSummary>& summary = rendered.made;
  if (!summary) return was_done(settings, rendered.earlier_code);
  const double elapsed_s =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  const std::string all = settings.report ? "all of them are in " + settings.report->string()
                                          : "--report FILE.json lists all of them";
  const std::uint64_t bytes = file_bytes(settings.output);
  const std::string made = made_text(settings, *summary, elapsed_s, bytes);
  finish(listeners.console, made, skipped_lines(summary->skipped, summary->decode_errors, all));
  JsonDone done;
  done.exit_code = static_cast<int>(summary->exit_code());
  done.message = made;
  done.output = settings.output;
  done.frames_in = summary->frames_in;
  done.frames_out = summary->frames_out;
  done.frames_kept = summary->frames_kept;
  done.decode_errors = summary->decode_errors;
  done.skipped = static_cast<std::int64_t>(summary->skipped.size());
  done.bytes = static_cast<std::int64_t>(bytes);
  done.elapsed_s = elapsed_s;
  if (shelf == nullptr) {
    tell_done(listeners, summary->skipped, done);
  } else if (listeners.json != nullptr) {  // of a batch only its end is an end
    for (const SkippedInput& input : summary->skipped) listeners.json->skipped(input);
  }
  return done;
}

JsonDone estimate_one(const Request& request, const Listeners& listeners, std::ostream& out) {
  const Settings& settings = request.settings;
  require_encoder(settings.encode.codec);
  const JobEstimate estimate = estimate_job(settings, listeners.observer);
  listeners.console.clear();
  if (listeners.json != nullptr) {
    listeners.json->estimate(estimate, settings);
  } else {
    for (const std::string& line : estimate_lines(settings, estimate)) {
      out << printable(line) << '\n';
    }
    out << std::flush;
    if (!out) throw OutputError("cannot write to standard output");
  }
  JsonDone done;
  done.message = "nothing was written";
  done.output = settings.output;
  return done;
}

int execute_dry_run(const Request& request, const Listeners& listeners, std::ostream& out) {
  const JsonDone done = estimate_one(request, listeners, out);
  listeners.console.notice(done.message);
  tell_done(listeners, {}, done);
  return done.exit_code;
}

int end_batch(const std::vector<BatchRow>& rows, bool dry_run, const Listeners& listeners,
              double elapsed_s) {
  const auto code = static_cast<int>(worst_code(rows));
  const auto files = static_cast<std::int64_t>(rows.size());
  const std::int64_t there = good_rows(rows);
  const std::string message = batch_table(rows, dry_run).back();
  listeners.board->finish(code, message);
  if (listeners.json == nullptr) return code;
  if (there < files) {
    JsonError error{code, message, {}, 0};
    error.files = files;
    error.files_there = there;
    listeners.json->error(error);
    return code;
  }
  JsonDone done;
  done.exit_code = code;
  done.message = message;
  done.files = files;
  done.files_there = there;
  done.elapsed_s = elapsed_s;
  listeners.json->done(done);
  return code;
}

int execute_batch(const Resolved& resolved, const Listeners& listeners, std::ostream& out) {
  const auto start = std::chrono::steady_clock::now();
  BatchListener listener;
  listener.begins = [&](const JsonFile& file) {
    listeners.board->begin_file(file);
    if (listeners.json != nullptr) listeners.json->file(file);
  };
  listener.ends = [&](const JsonFile& file, const JsonFileEnd& end) {
    if (listeners.json != nullptr) listeners.json->file_end(file, end);
  };
  LibraryShelf shelf;
  const std::vector<BatchRow> rows =
      run_batch(resolved, listeners.console, listener, [&](const Request& request) {
        if (request.dry_run) return estimate_one(request, listeners, out);
        return render_one(request, listeners, &shelf);
      });
  const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start;
  return end_batch(rows, resolved.request.dry_run, listeners, elapsed.count());
}

}  // namespace

int execute_render(const Resolved& resolved, const Listeners& listeners, std::ostream& out) {
  const Request& request = resolved.request;
  if (is_batch(request)) return execute_batch(resolved, listeners, out);
  if (request.dry_run) return execute_dry_run(request, listeners, out);
  if (request.preview.on) return execute_preview(request, listeners);
  return render_one(request, listeners, nullptr).exit_code;
}

}  // namespace mosaic::cli
