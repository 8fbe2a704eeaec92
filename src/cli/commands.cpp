#include "cli/commands.hpp"

#include <chrono>
#include <exception>
#include <functional>
#include <optional>
#include <string>

#include "assign/check_assign.hpp"
#include "build_facts.hpp"
#include "cli/batch.hpp"
#include "cli/check_ssim.hpp"
#include "cli/doctor.hpp"
#include "cli/revision.hpp"
#include "cli/run_render.hpp"
#include "cli/summary.hpp"
#include "cli/text.hpp"
#include "cli/validate.hpp"
#include "core/parallel_for.hpp"
#include "demo/demo.hpp"
#include "flow/check_flow.hpp"
#include "library/tile_library.hpp"
#include "metrics/metrics.hpp"
#include "mosaic/error.hpp"
#include "parity/check_parity.hpp"

namespace mosaic::cli {
namespace {

int execute_index(const Request& request, const Listeners& listeners) {
  const Settings& settings = request.settings;
  ThreadPool pool(settings.threads);
  const IndexSummary summary =
      build_index(settings.library, *settings.grid.tile_size_px, settings.match.features_k,
                  settings.output, settings.force, pool, listeners.observer);
  const std::string made =
      "made " + settings.output.string() + ": " + std::to_string(summary.photos) + " photos" +
      (summary.variants > 1 ? ", " + std::to_string(summary.variants) + " variants each" : "") +
      " in " + clock_text(summary.elapsed_s) + ", " + bytes_text(summary.bytes);
  JsonDone done;
  done.exit_code = finish(listeners.console, made, skipped_lines(summary.skipped, 0, {}));
  done.message = made;
  done.output = settings.output;
  done.photos = summary.photos;
  done.skipped = static_cast<std::int64_t>(summary.skipped.size());
  done.bytes = static_cast<std::int64_t>(summary.bytes);
  done.elapsed_s = summary.elapsed_s;
  tell_done(listeners, summary.skipped, done);
  return done.exit_code;
}

int execute_check_ssim(const SsimRequest& request, bool force, std::ostream& out) {
  CheckSsimOptions options;
  options.force = force;
  options.a = request.a;
  options.b = request.b;
  options.map = request.map;
  check_ssim(options, out);
  return static_cast<int>(ExitCode::ok);
}

int execute_check_assign(const AssignRequest& request, bool force, std::ostream& out) {
  CheckAssignOptions options;
  options.costs = request.costs;
  options.rows = request.rows;
  options.columns = request.columns;
  options.max_uses = request.max_uses;
  options.repeat = request.repeat;
  options.assignment = request.assignment;
  options.force = force;
  check_assign(options, out);
  return static_cast<int>(ExitCode::ok);
}

int execute_check_flow(const Request& request, std::ostream& out) {
  CheckFlowOptions options;
  options.a = request.flow.a;
  options.b = request.flow.b;
  options.kind = request.flow.kind;
  options.raft = request.settings.raft;
  options.raft.when = FlowWhen::always;  // a single pair is looked at to see what RAFT finds
  options.tile_size_px = request.flow.tile_size_px;
  options.simd = request.settings.simd;
  options.threads = request.settings.threads;
  options.output = request.flow.output;
  options.picture = request.flow.picture;
  options.force = request.settings.force;
  check_flow(options, out);
  return static_cast<int>(ExitCode::ok);
}

int execute_check_parity(const ParityRequest& request, int threads, std::ostream& out) {
  CheckParityOptions options;
  options.columns = request.cells.width;
  options.rows = request.cells.height;
  options.tile_size_px = request.tile_size_px;
  options.seed = request.seed;
  options.repeat = request.repeat;
  options.threads = threads;
  check_parity(options, out);
  return static_cast<int>(ExitCode::ok);
}

int execute_metrics(const Request& request, const RenderObserver& observer, Console& console,
                    std::ostream& out) {
  MetricsOptions options;
  options.source = request.metrics.source;
  options.mosaic = request.metrics.mosaic;
  options.cell_px = request.metrics.cell_px;
  options.json = request.metrics.json;
  options.plan = request.metrics.plan;
  options.index = request.metrics.index;
  options.threads = request.settings.threads;
  options.range = request.metrics.range;
  options.source_first = request.metrics.source_first;
  options.force = request.settings.force;
  run_metrics(options, out, observer);
  console.clear();
  return static_cast<int>(ExitCode::ok);
}

int execute_demo(const Request& request, const RenderObserver& observer, Console& console) {
  DemoOptions options;
  options.tiles = request.demo.tiles;
  options.frames = request.demo.frames;
  options.size = request.demo.size;
  options.seed = request.demo.seed;
  options.force = request.settings.force;
  write_demo(request.demo.folder, options, observer);
  return finish(console, "made " + request.demo.folder.string(), {});
}

int run_command(const Resolved& resolved, const Listeners& listeners, std::ostream& out) {
  const Request& request = resolved.request;
  int code = 0;
  switch (request.command) {
    case Command::render:
      return execute_render(resolved, listeners, out);
    case Command::index:
      return execute_index(request, listeners);
    case Command::demo:
      return execute_demo(request, listeners.observer, listeners.console);
    case Command::check_ssim:
      code = execute_check_ssim(request.ssim, request.settings.force, out);
      break;
    case Command::check_assign:
      code = execute_check_assign(request.assign, request.settings.force, out);
      break;
    case Command::check_flow:
      code = execute_check_flow(request, out);
      break;
    case Command::check_parity:
      code = execute_check_parity(request.parity, request.settings.threads, out);
      break;
    case Command::metrics:
      code = execute_metrics(request, listeners.observer, listeners.console, out);
      break;
    case Command::doctor: {
      const std::vector<Finding> findings = examine();
      print_findings(findings, request.json, out);
      code = exit_code_of(findings);
      break;
    }
    case Command::completion:
    case Command::man:
      break;  // run_command_line() has answered them
  }
  out << std::flush;
  if (!out) throw OutputError("cannot write to standard output");
  return code;
}

StatusOptions status_options(const Request& request, const StopSignals& signals, Console& console) {
  StatusOptions options;
  options.file = request.status_file;
  options.take_request = [&signals] { return signals.take_status_request(); };
  options.print = [&console](const std::string& text) { console.detail(text); };
  options.warning = [&console](const std::string& text) { console.warning(text); };
  return options;
}

/// Runs `body`, and puts down how it failed.
int watched(StatusBoard& board, const StopSignals& signals, const std::function<int()>& body) {
  try {
    return body();
  } catch (const Error& error) {
    board.finish(static_cast<int>(error.code()), error.what());
    throw;
  } catch (const std::exception& error) {
    const int signal = signals.received();
    board.finish(signal != 0 ? 128 + signal : static_cast<int>(ExitCode::unexpected), error.what());
    throw;
  }
}

}  // namespace

int execute(const Resolved& resolved, const StopSignals& signals, const StageFault& fault,
            std::ostream& out, std::ostream& errors) {
  const Request& request = resolved.request;
  if (request.command == Command::render && is_batch(request)) {
    validate_batch(resolved);  // before the first state is written to a status file
  } else {
    validate(resolved);
  }
  RunContext context;
  context.identity = {std::string(kVersion), std::string(revision()), setting_records(resolved)};
  context.fault = fault;
  const ConsoleOptions options = console_options(request.quiet, request.verbose);
  Console console(errors, options);
  RenderObserver observer = console.observer();
  observer.stop = &signals.stop();
  std::optional<JsonLines> json;
  if (request.tells_lines()) {
    json.emplace(out, options.now_s);
    json->start(request, context.identity);
    context.outline = [&json](const RenderOutline& outline) { json->outline(outline); };
    observer = json->observer(observer);
  }
  StatusBoard board(status_options(request, signals, console));
  observer = board.observer(observer);
  for (const std::string& warning : resolved.warnings) observer.warning(warning);
  const Listeners listeners{console, json ? &*json : nullptr, &board, observer, context};
  const int code = watched(board, signals, [&] { return run_command(resolved, listeners, out); });
  if (json) json->require_whole();
  return code;
}

}  // namespace mosaic::cli
