// Settings from a TOML file.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "cli/values.hpp"

namespace mosaic::cli {

struct ConfigEntry {
  std::string key;
  Value value;  ///< `where` names key, file and line
};

/// Reads a flat table of settings, in the order of the file. Throws UsageError when the file cannot
/// be read or is not such a table; keys are not checked here.
std::vector<ConfigEntry> read_config_file(const std::filesystem::path& path);

/// A TOML basic string, quotes included.
std::string toml_string(const std::string& text);

}  // namespace mosaic::cli
