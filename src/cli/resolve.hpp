// Flags over environment over configuration file over preset over defaults.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "cli/command_line.hpp"
#include "cli/request.hpp"
#include "mosaic/run_context.hpp"

namespace mosaic::cli {

enum class Source { standard, preset, config, environment, flag };

struct Origin {
  Source source = Source::standard;
  std::string where;  ///< "--crf", "MOSAIC_TEMPORAL_CRF", "look.toml, line 3", "preset vivid"
};

struct Resolved {
  Request request;
  std::map<const Option*, Origin> origins;  ///< options that are not at their default
  std::vector<std::string> warnings;
  std::vector<std::string> configs;  ///< the files given with --config

  [[nodiscard]] Source source_of(std::string_view option_name) const;
};

/// Variables of the environment whose name begins with MOSAIC_TEMPORAL_, name and value.
using Environment = std::vector<std::pair<std::string, std::string>>;
Environment read_environment(const char* const* variables);

/// Throws UsageError (or DeviceError) naming the flag, variable or key that is wrong.
Resolved resolve(const CommandLine& line, const Environment& environment);

/// Every setting of the command as text, unset ones as "", in the order of the help.
std::vector<SettingRecord> setting_records(const Resolved& resolved);

/// The resolved settings as TOML that --config reads back, each with its source as a comment.
std::string config_text(const Resolved& resolved);

}  // namespace mosaic::cli
