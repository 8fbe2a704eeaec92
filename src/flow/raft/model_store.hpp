// Which TorchScript files may be loaded. Models are code: loading one runs what it says.
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace mosaic {

struct ModelFile {
  std::filesystem::path path;
  std::vector<std::byte> bytes;
  std::string sha256;
  bool shipped = false;  ///< on the list of models that come with the program
};

/// Where the model that comes with the program lies: program_prefix()/share/mosaic-temporal, never
/// the working directory or the folder of an input.
std::filesystem::path shipped_model_path();

/// Reads the model at `asked`, or the shipped one. Throws InputError when it cannot be read, or
/// when its sha256 is not that of a shipped model and `trust` is not given.
ModelFile read_model(const std::optional<std::filesystem::path>& asked, bool trust);

}  // namespace mosaic
