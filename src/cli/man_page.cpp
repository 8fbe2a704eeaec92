#include "cli/man_page.hpp"

#include <sstream>
#include <string_view>

#include "build_facts.hpp"
#include "cli/help.hpp"
#include "cli/option_table.hpp"
#include "cli/revision.hpp"

namespace mosaic::cli {
namespace {

/// Text that roff shows as it stands: no escapes, no requests, minus signs that can be copied.
std::string roff(std::string_view text) {
  std::string result;
  if (!text.empty() && (text[0] == '.' || text[0] == '\'')) result += "\\&";
  for (const char c : text) {
    if (c == '\\') {
      result += "\\e";
    } else if (c == '-') {
      result += "\\-";
    } else if (c == '\'') {
      result += "\\(aq";
    } else if (c == '~') {
      result += "\\(ti";
    } else if (c == '^') {
      result += "\\(ha";
    } else {
      result += c;
    }
  }
  return result;
}

std::string option_entry(const Option& option, Command command) {
  std::string text = ".TP\n";
  if (option.kind == Kind::positional) {
    text += "\\fI" + roff(option.value) + "\\fR\n";
  } else {
    if (option.letter != 0) text += std::string("\\fB\\-") + option.letter + "\\fR, ";
    text += "\\fB" + roff(flag_of(option)) + "\\fR";
    if (!option.value.empty()) text += " \\fI" + roff(option.value) + "\\fR";
    text += "\n";
  }
  text += roff(option.help) + ".";
  const std::string standard = default_of(option, command);
  if (standard == "required") {
    text += " Required.";
  } else if (!standard.empty()) {
    text += " Default: " + roff(standard) + ".";
  }
  return text + "\n";
}

std::string example_lines() {
  std::string text = ".nf\n";
  std::istringstream lines{std::string(examples())};
  for (std::string line; std::getline(lines, line);) {
    text += roff(line.substr(line.find_first_not_of(' '))) + "\n";
  }
  return text + ".fi\n";
}

std::string main_options() {
  std::string text;
  for (const Group group : groups()) {
    text += ".SS " + roff(group_title(group)) + "\n";
    for (const Option& option : options()) {
      if (applies_to(option, Command::render) && option.group == group) {
        text += option_entry(option, Command::render);
      }
    }
  }
  return text;
}

std::string commands() {
  std::string text;
  for (const Command command : all_commands()) {
    if (command == Command::render) continue;
    text += ".SS " + roff(command_name(command)) + "\n" + roff(summary_of(command)) + ".\n.PP\n" +
            roff(synopsis_of(command)) + "\n";
    for (const Option& option : options()) {
      if (applies_to(option, command)) text += option_entry(option, command);
    }
  }
  return text;
}

std::string exit_status() {
  std::string text;
  for (const auto& [code, meaning] : exit_codes()) {
    text += ".TP\n" + std::to_string(code) + "\n" + roff(meaning) + ".\n";
  }
  return text;
}

}  // namespace

std::string man_page() {
  std::string text = ".TH MOSAIC\\-TEMPORAL 1 \"" + std::string(revision_date()) +
                     "\" \"mosaic\\-temporal " + roff(kVersion) +
                     "\" \"User Commands\"\n"
                     ".SH NAME\nmosaic\\-temporal \\- rebuild a video out of small photographs\n"
                     ".SH SYNOPSIS\n";
  for (const Command command : all_commands()) {
    if (command != Command::render) text += ".br\n";
    text += roff(synopsis_of(command)) + "\n";
  }
  text +=
      ".SH DESCRIPTION\n"
      "Rebuilds a video, a folder of pictures or one picture out of thousands of small "
      "photographs,\n"
      "frame by frame, without flicker. The same input, photos and settings give the same bytes,\n"
      "whatever the number of threads and the processor.\n"
      ".SH OPTIONS\n" +
      main_options() + ".SH COMMANDS\n" + commands() +
      ".SH ENVIRONMENT\n"
      ".TP\n\\fBMOSAIC_TEMPORAL_\\fIOPTION\\fR\n"
      "Any option of the main job and of \\fBindex\\fR: its name in capitals with _ for \\-, such "
      "as\n"
      "MOSAIC_TEMPORAL_TILE_SIZE=24. Options win over the environment, the environment over\n"
      "\\fB\\-\\-config\\fR, that over the preset.\n"
      ".TP\n\\fBXDG_CACHE_HOME\\fR, \\fBHOME\\fR\n"
      "Where prepared tiles are kept: mosaic\\-temporal in XDG_CACHE_HOME, or in HOME/.cache.\n"
      ".SH EXIT STATUS\n" +
      exit_status() + ".SH EXAMPLES\n" + example_lines();
  return text;
}

}  // namespace mosaic::cli
