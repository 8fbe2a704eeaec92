#include "cli/commands.hpp"

#include <chrono>
#include <filesystem>
#include <string>
#include <system_error>

#include "assign/check_assign.hpp"
#include "cli/check_ssim.hpp"
#include "cli/progress.hpp"
#include "cli/summary.hpp"
#include "cli/text.hpp"
#include "cli/validate.hpp"
#include "core/parallel_for.hpp"
#include "demo/demo.hpp"
#include "flow/check_flow.hpp"
#include "library/tile_library.hpp"
#include "metrics/metrics.hpp"
#include "mosaic/error.hpp"
#include "mosaic/render.hpp"

namespace mosaic::cli {
namespace {

std::uint64_t file_bytes(const std::filesystem::path& path) {
  std::error_code error;
  if (!std::filesystem::is_regular_file(path, error)) return 0;
  const std::uintmax_t bytes = std::filesystem::file_size(path, error);
  return error ? 0 : bytes;
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

int execute_render(const Request& request, const RenderObserver& observer, Console& console) {
  const Settings& settings = request.settings;
  const auto start = std::chrono::steady_clock::now();
  const RenderSummary summary = render(settings, observer);
  const double elapsed_s =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  const std::string all = settings.report ? "all of them are in " + settings.report->string()
                                          : "--report FILE.json lists all of them";
  finish(console, made_text(settings, summary, elapsed_s, file_bytes(settings.output)),
         skipped_lines(summary.skipped, summary.decode_errors, all));
  return static_cast<int>(summary.exit_code());
}

int execute_index(const Request& request, const RenderObserver& observer, Console& console) {
  const Settings& settings = request.settings;
  ThreadPool pool(settings.threads);
  const IndexSummary summary =
      build_index(settings.library, *settings.grid.tile_size_px, settings.match.features_k,
                  settings.output, settings.force, pool, observer);
  const std::string made =
      "made " + settings.output.string() + ": " + std::to_string(summary.photos) + " photos" +
      (summary.variants > 1 ? ", " + std::to_string(summary.variants) + " variants each" : "") +
      " in " + clock_text(summary.elapsed_s) + ", " + bytes_text(summary.bytes);
  return finish(console, made, skipped_lines(summary.skipped, 0, {}));
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
  options.tile_size_px = request.flow.tile_size_px;
  options.simd = request.settings.simd;
  options.threads = request.settings.threads;
  options.output = request.flow.output;
  options.picture = request.flow.picture;
  options.force = request.settings.force;
  check_flow(options, out);
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

}  // namespace

int execute(const Resolved& resolved, const std::atomic<bool>& stop, std::ostream& out,
            std::ostream& errors) {
  validate(resolved);
  const Request& request = resolved.request;
  Console console(errors, console_options(request.quiet, request.verbose));
  for (const std::string& warning : resolved.warnings) console.warning(warning);
  RenderObserver observer = console.observer();
  observer.stop = &stop;
  int code = 0;
  switch (request.command) {
    case Command::render:
      return execute_render(request, observer, console);
    case Command::index:
      return execute_index(request, observer, console);
    case Command::demo:
      return execute_demo(request, observer, console);
    case Command::check_ssim:
      code = execute_check_ssim(request.ssim, request.settings.force, out);
      break;
    case Command::check_assign:
      code = execute_check_assign(request.assign, request.settings.force, out);
      break;
    case Command::check_flow:
      code = execute_check_flow(request, out);
      break;
    case Command::metrics:
      code = execute_metrics(request, observer, console, out);
      break;
  }
  out << std::flush;
  if (!out) throw OutputError("cannot write to standard output");
  return code;
}

}  // namespace mosaic::cli
