#include "pipeline/twin_folder.hpp"

#include <cstdint>
#include <optional>
#include <system_error>
#include <utility>

#include "mosaic/error.hpp"
#include "pipeline/manifest.hpp"

namespace mosaic {

namespace fs = std::filesystem;

TwinFolder::TwinFolder(const OutputFile& output)
    : path_(output.target()), ending_(output.final_path().extension()) {
  path_ += ".verify";
  std::error_code failure;
  if (!fs::create_directory(path_, failure)) {
    throw OutputError("cannot make the folder '" + path_.native() + "' for the two files: " +
                          (failure ? failure.message() : "it is already there"),
                      "remove it, or choose another --output");
  }
}

TwinFolder::~TwinFolder() {
  std::error_code ignored;
  if (!kept_) fs::remove_all(path_, ignored);
}

fs::path TwinFolder::file(const std::string& run) const {
  fs::path name = run;
  name += ending_;
  return path_ / name;
}

namespace {

/// A disk that does not give a finished file back for once takes neither of the two away.
std::optional<std::uint64_t> hash_of(TwinFolder& folder, const std::string& run) {
  try {
    return hash_output(folder.file(run));
  } catch (const Error& error) {
    folder.keep();
    throw VerifyError(std::string("stage file cannot be compared: ") + error.what(),
                      "what was made is kept in '" + folder.path().native() + "'");
  }
}

}  // namespace

void require_equal_files(TwinFolder& folder, const std::string& first, const std::string& second) {
  const std::optional<std::uint64_t> a = hash_of(folder, first);
  const std::optional<std::uint64_t> b = hash_of(folder, second);
  if (a && b && *a == *b) return;
  folder.keep();
  for (const auto& [hash, run] : {std::pair(a, first), std::pair(b, second)}) {
    if (hash) continue;
    throw VerifyError(
        "stage file cannot be compared: '" + folder.file(run).native() + "' is not there",
        "what was made is kept in '" + folder.path().native() + "'");
  }
  throw VerifyError("stage file differs although all frames are equal: compare " +
                        folder.file(first).string() + " and " + folder.file(second).string(),
                    "some encoders are not repeatable (docs/determinism.md)");
}

void publish(TwinFolder& folder, const std::string& run, OutputFile& output) {
  const fs::path made = folder.file(run);
  const auto fail = [&folder](const std::string& why) {
    folder.keep();
    throw OutputError("both files are equal, but the output cannot get its name: " + why,
                      "the film is kept in '" + folder.path().native() + "'");
  };
  std::error_code failure;
  fs::rename(made, output.temporary(), failure);
  if (failure) fail(failure.message());
  try {
    output.commit();
  } catch (const OutputError& error) {
    // It has its name, and what failed came after that: there is nothing to bring back.
    if (output.committed()) throw;
    fs::rename(output.temporary(), made, failure);  // else its owner removes it
    fail(error.what());
  }
}

}  // namespace mosaic
