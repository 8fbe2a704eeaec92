// The one table of everything a user can set. Parsing, both helps, the configuration file, the
// environment, --print-config and the check of docs/cli.md all read it; nothing else names options.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cli/request.hpp"
#include "cli/values.hpp"

namespace mosaic::cli {

enum class Group { input_output, look, matching, device, report, other };

/// What an option takes. `action` takes nothing and is neither configuration nor environment.
enum class Kind { text, integer, number, flag, action, positional };

struct Option {
  std::string_view name = {};  ///< without dashes, as in "tile-size"
  char letter = 0;             ///< 0: no short form
  unsigned commands = 0;       ///< bits of command_bit()
  Group group = Group::other;
  Kind kind = Kind::text;
  std::string_view value = {};  ///< placeholder in the help
  std::string_view help = {};
  std::string_view unset = {};  ///< what happens when it is not given
  unsigned required = 0;        ///< commands that cannot do without it; bits of command_bit()
  bool common = false;          ///< listed by -h
  bool in_preset = false;       ///< presets set it
  bool value_optional = false;  ///< may stand alone, which is "true"
  bool many = false;            ///< takes several values, and may be repeated
  /// Writes the parsed text into the request; null for actions.
  void (*set)(Request& request, const Value& value) = nullptr;
  /// The value as text that set() reads back; empty: not set.
  std::string (*get)(const Request& request) = nullptr;
  /// The words it takes, for completion; null when it takes more than a few.
  std::vector<std::string> (*choices)() = nullptr;
};

constexpr unsigned command_bit(Command command) { return 1U << static_cast<unsigned>(command); }

/// Every command, the main job first, in the order of the help.
std::span<const Command> all_commands();

/// Every option of every command, in the order of the help.
std::span<const Option> options();

/// The option of a command by name or by its configuration key; null when there is none.
const Option* find_option(Command command, std::string_view name);

inline bool applies_to(const Option& option, Command command) {
  return (option.commands & command_bit(command)) != 0;
}
/// Can it be set in the configuration file and the environment?
bool is_setting(const Option& option);

/// Does its value name a file or a folder?
bool takes_path(const Option& option);

std::string flag_of(const Option& option);         ///< "--tile-size"
std::string config_key_of(const Option& option);   ///< "tile_size"
std::string environment_of(const Option& option);  ///< "MOSAIC_TEMPORAL_TILE_SIZE"

inline constexpr std::string_view kEnvironmentPrefix = "MOSAIC_TEMPORAL_";

std::string_view group_title(Group group);
std::string_view command_name(Command command);  ///< "index", "check ssim", ...; empty for render

}  // namespace mosaic::cli
