#include "flow/raft/model_store.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <fstream>
#include <string_view>

#include "core/read_failure.hpp"
#include "flow/module_file.hpp"
#include "flow/raft/sha256.hpp"
#include "mosaic/error.hpp"

namespace mosaic {

namespace fs = std::filesystem;

namespace {

/// sha256 of models/*.pt; a test compares it with the file.
constexpr std::array<std::string_view, 1> kShipped = {
    "deb2dcad0ba46218be99f52f6e80991723fc4793b1060ecc54e8f0414ef5df11"};

/// Published RAFT models have 1 to 25 MB; far larger files are something else.
constexpr std::uintmax_t kLargestModel = std::uintmax_t{1} << 30;

std::vector<std::byte> read_all(const fs::path& path, const std::string& hint) {
  const auto fail = [&](const std::string& why) {
    throw InputError("flow model " + path.string() + ": " + why, hint);
  };
  std::error_code error;
  if (!fs::is_regular_file(path, error)) {
    fail(error && error != std::errc::no_such_file_or_directory ? error.message()
         : fs::exists(path, error)                              ? "is not a file"
                                                                : "there is no such file");
  }
  const std::uintmax_t size = fs::file_size(path, error);
  if (error) fail(error.message());
  if (size > kLargestModel) fail("is too large for a model");
  std::vector<std::byte> bytes(static_cast<std::size_t>(size));
  errno = 0;
  std::ifstream in(path, std::ios::binary);
  if (!in) fail(read_failure());
  in.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  if (in.gcount() != static_cast<std::streamsize>(bytes.size())) {
    fail("cannot be read to its end" + (in.bad() ? ": " + read_failure() : std::string()));
  }
  return bytes;
}

}  // namespace

fs::path shipped_model_path() {
  return program_prefix() / "share" / "mosaic-temporal" / "raft_small.pt";
}

ModelFile read_model(const std::optional<fs::path>& asked, bool trust) {
  ModelFile model;
  model.path = asked ? *asked : shipped_model_path();
  model.bytes =
      read_all(model.path, asked ? "give a file written by scripts/export_raft.py"
                                 : "reinstall the program, or name a model with --flow-model FILE");
  model.sha256 = sha256_hex(model.bytes);
  model.shipped = std::ranges::find(kShipped, model.sha256) != kShipped.end();
  if (!model.shipped && !trust) {
    throw InputError("flow model " + model.path.string() +
                         " is not one that comes with the program (sha256 " + model.sha256 + ")",
                     "models are code: if you trust where it comes from, add --trust-model");
  }
  return model;
}

}  // namespace mosaic
