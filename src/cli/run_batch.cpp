#include "cli/run_batch.hpp"

#include <exception>
#include <filesystem>
#include <new>
#include <system_error>

#include "cli/validate.hpp"

namespace mosaic::cli {
namespace {

namespace fs = std::filesystem;

void put_failure(const Error& error, BatchRow& row) {
  row.code = error.code();
  row.note = error.what();
  row.hint = error.hint();
}

/// What can be said without work. Of outputs that are there the done log decides later.
void check(const Resolved& resolved, const Request& request, BatchRow& row) {
  Resolved one = resolved;
  one.request = request;
  one.request.settings.force = true;
  // A dry run does not make the folder, so what can be said is said of the one above.
  fs::path folder = request.settings.output.parent_path();
  std::error_code ignored;
  if (request.dry_run && request.out_dir) {
    while (!folder.empty() && folder.has_relative_path() && !fs::exists(folder, ignored)) {
      folder = folder.parent_path();
    }
    one.request.settings.output = folder / request.settings.output.filename();
  }
  try {
    validate(one);
  } catch (const UsageError&) {
    throw;
  } catch (const Error& error) {
    put_failure(error, row);
  }
}

void make_folder(const std::optional<fs::path>& folder) {
  if (!folder) return;
  std::error_code failure;
  fs::create_directories(*folder, failure);
  if (failure) {
    throw OutputError("cannot make the folder " + folder->string() + ": " + failure.message(),
                      "choose another --out-dir");
  }
}

std::string note_of(const JsonDone& done) {
  std::string note;
  if (done.was_done) {
    note = "was done before";
  } else if (done.frames_out < 0) {
    return "nothing stands against it";
  } else {
    note = "made, " + std::to_string(done.frames_out) + " frames";
  }
  if (done.exit_code == static_cast<int>(ExitCode::skipped_inputs)) {
    note += ", with inputs left out or damaged";
  }
  return note;
}

/// Whatever one input does, the others are still to be done. Returns the counts of what was made.
std::optional<JsonDone> run_one(const Request& request, const DoOne& do_one, BatchRow& row) {
  try {
    JsonDone done = do_one(request);
    row.was_done = done.was_done;
    row.code = static_cast<ExitCode>(done.exit_code);
    row.note = note_of(done);
    if (done.was_done || request.dry_run) return std::nullopt;
    return done;
  } catch (const Error& error) {
    put_failure(error, row);
  } catch (const Interrupted& stopped) {
    row.ended = false;
    row.note = stopped.what();
    throw;
  } catch (const PipeClosed&) {
    throw;
  } catch (const std::bad_alloc&) {
    row.code = ExitCode::unexpected;
    row.note = "out of memory";
    row.hint = "use larger tiles, a smaller --scale or fewer --threads";
  } catch (const std::exception& error) {
    row.code = ExitCode::unexpected;
    row.note = std::string("unexpected: ") + error.what();
    row.hint = "this should not happen; please report it with the command line";
  }
  return std::nullopt;
}

void print_failure(const BatchRow& row, Console& console) {
  if (row.code == ExitCode::ok || row.code == ExitCode::skipped_inputs) return;
  console.clear();
  console.detail("error: " + row.note);
  if (!row.hint.empty()) console.detail("  " + row.hint);
}

}  // namespace

std::vector<BatchRow> run_batch(const Resolved& resolved, Console& console,
                                const BatchListener& listener, const DoOne& do_one) {
  const std::vector<Request> requests = batch_requests(resolved.request);
  if (!resolved.request.dry_run) make_folder(resolved.request.out_dir);
  std::vector<BatchRow> rows;
  for (const Request& request : requests) {
    BatchRow row;
    row.input = request.settings.frames;
    row.output = request.settings.output;
    check(resolved, request, row);
    rows.push_back(std::move(row));
  }
  const auto print_table = [&] {
    console.clear();
    for (const std::string& line : batch_table(rows, resolved.request.dry_run)) {
      console.detail(line);
    }
  };
  for (std::size_t i = 0; i < requests.size(); ++i) {
    BatchRow& row = rows[i];
    const JsonFile file{i + 1, requests.size(), row.input, row.output};
    if (listener.begins) listener.begins(file);
    console.notice("[" + std::to_string(i + 1) + "/" + std::to_string(requests.size()) + "] " +
                   row.input.string() + " -> " + row.output.string());
    std::optional<JsonDone> made;
    if (row.code == ExitCode::ok) {
      try {
        made = run_one(requests[i], do_one, row);
      } catch (const Interrupted& stopped) {
        for (std::size_t later = i + 1; later < rows.size(); ++later) {
          if (rows[later].code != ExitCode::ok) continue;  // that is known already
          rows[later].ended = false;
          rows[later].note = "not begun";
        }
        print_table();
        throw InterruptedBatch(stopped.what(), static_cast<std::int64_t>(rows.size()),
                               good_rows(rows));
      }
    }
    print_failure(row, console);
    if (listener.ends) {
      listener.ends(
          file, {static_cast<int>(row.code), row.note, row.hint, row.was_done, std::move(made)});
    }
  }
  print_table();
  return rows;
}

}  // namespace mosaic::cli
