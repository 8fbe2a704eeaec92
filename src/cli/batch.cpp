#include "cli/batch.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <string_view>

#include "cli/text.hpp"
#include "core/utf8.hpp"

namespace mosaic::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kStem = "{stem}";
constexpr std::string_view kNameLetters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_-";

std::string stem_of(const fs::path& input) {
  const fs::path named = input.has_filename() ? input : input.parent_path();
  return named.stem().native();
}

bool has_stem(const fs::path& path) { return path.native().find(kStem) != std::string::npos; }

fs::path with_stem(const fs::path& path, const std::string& stem) {
  std::string text = path.native();
  for (std::size_t at = text.find(kStem); at != std::string::npos;
       at = text.find(kStem, at + stem.size())) {
    text.replace(at, kStem.size(), stem);
  }
  return text;
}

/// As a terminal shows it: bytes that are no text are escaped.
std::string shown(const fs::path& path) { return printable(path.native()); }

/// A name in braces is meant to stand for something. Braces around anything else are a name's own.
void refuse_other_names(const fs::path& path, const std::string& flag) {
  const std::string& text = path.native();
  for (std::size_t open = text.find('{'); open != std::string::npos;
       open = text.find('{', open + 1)) {
    const std::size_t end = text.find_first_not_of(kNameLetters, open + 1);
    if (end == std::string::npos || end == open + 1 || text[end] != '}') continue;
    const std::string word = text.substr(open, end + 1 - open);
    if (word == kStem) continue;
    throw UsageError(flag + " " + shown(path) + ": nothing is known of the name " + word,
                     "did you mean {stem}? It stands for the input's name without its ending");
  }
}

void require_stem(const fs::path& path, const std::string& flag) {
  if (has_stem(path)) return;
  throw UsageError(flag + " " + path.native() + " would be written by every input",
                   "put {stem} into it: it stands for the input's name without its ending");
}

/// Characters, not bytes: those after the first of a character are 10xxxxxx in UTF-8.
std::size_t columns_of(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(
      text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

std::string word_of(const BatchRow& row) {
  if (!row.ended) return "-";
  return row.code == ExitCode::ok ? "ok" : "exit " + std::to_string(static_cast<int>(row.code));
}

}  // namespace

bool is_batch(const Request& request) {
  return request.inputs.size() > 1 || request.out_dir || has_stem(request.settings.output);
}

void refuse_in_batch(const Request& request) {
  std::string flag;
  if (request.preview.on) flag = "--preview";
  if (request.settings.verify) flag = "--verify";
  if (request.settings.manifest) flag = "--manifest";
  if (request.settings.manifest_check) flag = "--manifest-check";
  if (flag.empty()) return;
  throw UsageError(flag + " is for one input, not for several, --out-dir or {stem}",
                   "start the program once for each input");
}

std::vector<Request> batch_requests(const Request& request) {
  Settings common = request.settings;
  if (common.output.empty()) common.output = "{stem}.mosaic.mp4";
  refuse_other_names(request.out_dir ? *request.out_dir / common.output : common.output,
                     "--output");
  if (common.plan) refuse_other_names(*common.plan, "--plan");
  if (common.report) refuse_other_names(*common.report, "--report");
  if (request.inputs.size() > 1) {
    require_stem(common.output, "--output");
    if (common.plan) require_stem(*common.plan, "--plan");
    if (common.report) require_stem(*common.report, "--report");
  }
  if (request.out_dir && common.output.is_absolute()) {
    throw UsageError(
        "--output " + common.output.native() + " is a full path and --out-dir is given",
        "give one of them, or a name alone to --output");
  }
  if (request.out_dir) common.output = *request.out_dir / common.output;
  std::vector<Request> requests;
  std::set<fs::path> outputs;
  for (const fs::path& input : request.inputs) {
    if (input == "-") throw UsageError("--frames - is one input by itself", "name files");
    Request one = request;
    one.settings = common;
    one.settings.frames = input;
    const std::string stem = stem_of(input);
    one.settings.output = with_stem(common.output, stem);
    if (common.plan) one.settings.plan = with_stem(*common.plan, stem);
    if (common.report) one.settings.report = with_stem(*common.report, stem);
    if (!outputs.insert(one.settings.output.lexically_normal()).second) {
      throw UsageError("two inputs would be written to " + one.settings.output.native(),
                       "inputs with the same name need outputs in different folders");
    }
    requests.push_back(std::move(one));
  }
  return requests;
}

std::int64_t good_rows(const std::vector<BatchRow>& rows) {
  return std::ranges::count_if(rows, [](const BatchRow& row) {
    return row.ended && (row.code == ExitCode::ok || row.code == ExitCode::skipped_inputs);
  });
}

std::vector<std::string> batch_table(const std::vector<BatchRow>& rows, bool dry_run) {
  std::size_t width = 0;
  for (const BatchRow& row : rows) width = std::max(width, columns_of(shown(row.input)));
  std::vector<std::string> lines;
  for (const BatchRow& row : rows) {
    const std::string name = shown(row.input);
    const std::string blanks(width - columns_of(name), ' ');
    lines.push_back("  " + padded(word_of(row), 8) + name + blanks + "  " + row.note);
  }
  lines.push_back(std::to_string(good_rows(rows)) + " of " + std::to_string(rows.size()) +
                  (dry_run ? " outputs can be made; nothing was written" : " outputs are there"));
  return lines;
}

ExitCode worst_code(const std::vector<BatchRow>& rows) {
  constexpr std::array kOrder = {ExitCode::ok,
                                 ExitCode::skipped_inputs,
                                 ExitCode::try_again,
                                 ExitCode::bad_input,
                                 ExitCode::output_failed,
                                 ExitCode::device_missing,
                                 ExitCode::verify_failed,
                                 ExitCode::usage,
                                 ExitCode::unexpected};
  std::ptrdiff_t worst = 0;
  for (const BatchRow& row : rows) {
    const auto* const at = std::find(kOrder.begin(), kOrder.end(), row.code);
    worst = std::max(worst, at - kOrder.begin());
  }
  return kOrder[static_cast<std::size_t>(worst)];
}

}  // namespace mosaic::cli
