#include "cli/run_batch.hpp"

#include <exception>
#include <filesystem>
#include <system_error>

#include "cli/validate.hpp"

namespace mosaic::cli {
namespace {

/// What can be said without work. Of outputs that are there the done log decides later.
void check(const Resolved& resolved, const Request& request, BatchRow& row) {
  Resolved one = resolved;
  one.request = request;
  one.request.settings.force = true;
  try {
    validate(one);
  } catch (const UsageError&) {
    throw;
  } catch (const Error& error) {
    row.code = error.code();
    row.note = error.what();
  }
}

void make_folder(const std::optional<std::filesystem::path>& folder) {
  if (!folder) return;
  std::error_code failure;
  std::filesystem::create_directories(*folder, failure);
  if (failure) {
    throw OutputError("cannot make the folder " + folder->string() + ": " + failure.message(),
                      "choose another --out-dir");
  }
}

std::string note_of(const RenderSummary& summary) {
  std::string note = "made, " + std::to_string(summary.frames_out) + " frames";
  if (summary.exit_code() == ExitCode::skipped_inputs) {
    note += ", with inputs left out or damaged";
  }
  return note;
}

void run_one(const Request& request, Console& console, const RenderOne& render_one, BatchRow& row) {
  try {
    const std::optional<RenderSummary> summary = render_one(request);
    row.code = summary ? summary->exit_code() : ExitCode::ok;
    row.note = summary ? note_of(*summary) : "was done before";
  } catch (const Error& error) {
    row.code = error.code();
    row.note = error.what();
    console.clear();
    console.detail("error: " + row.note);
    if (!error.hint().empty()) console.detail("  " + error.hint());
  } catch (const Interrupted& stopped) {
    row.code = ExitCode::unexpected;
    row.note = stopped.what();
    throw;
  }
}

}  // namespace

int run_batch(const Resolved& resolved, Console& console, const RenderOne& render_one) {
  const std::vector<Request> requests = batch_requests(resolved.request);
  make_folder(resolved.request.out_dir);
  std::vector<BatchRow> rows;
  for (const Request& request : requests) {
    BatchRow row{request.settings.frames, request.settings.output, ExitCode::ok, {}};
    check(resolved, request, row);
    rows.push_back(std::move(row));
  }
  const auto print_table = [&](std::size_t count) {
    console.clear();
    rows.resize(count);
    for (const std::string& line : batch_table(rows)) console.detail(line);
  };
  for (std::size_t i = 0; i < requests.size(); ++i) {
    if (rows[i].code != ExitCode::ok) {
      console.detail("error: " + rows[i].note);
      continue;
    }
    console.notice("[" + std::to_string(i + 1) + "/" + std::to_string(requests.size()) + "] " +
                   rows[i].input.string() + " -> " + rows[i].output.string());
    try {
      run_one(requests[i], console, render_one, rows[i]);
    } catch (const Interrupted&) {
      print_table(i + 1);
      throw;
    }
  }
  print_table(rows.size());
  return static_cast<int>(worst_code(rows));
}

}  // namespace mosaic::cli
