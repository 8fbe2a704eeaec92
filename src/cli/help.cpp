#include "cli/help.hpp"

#include <array>

#include "cli/text.hpp"

namespace mosaic::cli {
namespace {

constexpr std::array kGroups = {Group::input_output, Group::look,   Group::matching,
                                Group::device,       Group::report, Group::other};
constexpr std::string_view kUsage =
    "mosaic-temporal: rebuilds a video out of thousands of small photographs\n"
    "\n"
    "  mosaic-temporal --frames IN --tiles POOL --output OUT [options]\n";

constexpr std::string_view kExamples =
    "  mosaic-temporal --frames clip.mp4 --tiles ~/Pictures --output mosaic.mp4\n"
    "  mosaic-temporal -i clip.mp4 -t ~/Pictures -o big.mp4 --grid 64x36 --tile-size 60\n"
    "  mosaic-temporal -i photo.jpg -t ~/Pictures -o mosaic.png --scale 4 --preset natural\n"
    "  mosaic-temporal -i frames/ -t holiday.mp4 --tile-step 25 --fps 30 -o mosaic.mkv\n";

std::string option_column(const Option& option) {
  if (option.kind == Kind::positional) return std::string("  ").append(option.value);
  if (option.name == "h") return "  -h";
  std::string text =
      option.letter != 0 ? std::string("  -") + option.letter + ", " : std::string("      ");
  text += flag_of(option);
  if (!option.value.empty()) text.append(" ").append(option.value);
  return text;
}

std::string help_lines(const Option& option, Command command) {
  constexpr std::size_t kTextColumn = 30;
  std::string text(option.help);
  const std::string standard = default_of(option, command);
  if (!standard.empty()) text += " [" + standard + "]";
  std::string left = option_column(option);
  std::string result;
  if (left.size() + 2 > kTextColumn) {
    result += left + "\n";
    left.clear();
  }
  for (const std::string& line : wrapped(text, kHelpWidth - kTextColumn)) {
    result += padded(left, kTextColumn) + line + "\n";
    left.clear();
  }
  return result;
}

std::string command_lines() {
  std::string text = "Commands (each has its own --help):\n";
  for (const Command command : all_commands()) {
    if (command == Command::render) continue;
    text += "  " + padded(command_name(command), 28) + std::string(summary_of(command)) + "\n";
  }
  return text;
}

/// Help of one of the smaller commands: its options in one list.
std::string command_help(Command command) {
  std::string text = std::string(summary_of(command)) + "\n\n  " + synopsis_of(command) + "\n\n";
  for (const Option& option : options()) {
    if (applies_to(option, command)) text += help_lines(option, command);
  }
  return text;
}

std::string escaped_for_table(std::string_view text) {
  std::string result;
  for (const char c : text) {
    if (c == '|') result += '\\';
    result += c;
  }
  return result;
}

std::string reference_row(const Option& option, Command command) {
  std::string name;
  if (option.letter != 0) name = std::string("`-") + option.letter + "`, ";
  std::string flag = flag_of(option);
  if (!option.value.empty() && option.kind != Kind::positional) {
    flag.append(" ").append(option.value);
  }
  const std::string standard = default_of(option, command);
  return "| " + name + "`" + escaped_for_table(flag) + "` | " + escaped_for_table(option.help) +
         " | " + (standard.empty() ? "-" : escaped_for_table(standard)) + " |\n";
}

constexpr std::string_view kTableHead = "| option | what it does | default |\n|---|---|---|\n";

}  // namespace

std::string_view summary_of(Command command) {
  switch (command) {
    case Command::render:
      return "The main job";
    case Command::index:
      return "Prepare the tiles of a pool ahead of time, for --index";
    case Command::check_ssim:
      return "Print the structural similarity (SSIM) of two pictures' luma";
    case Command::check_assign:
      return "Solve an assignment problem exactly and print cost, proof and times";
    case Command::check_flow:
      return "Print, save or draw the motion between two pictures";
    case Command::check_parity:
      return "Compare the bits of every operation on all devices, and time it";
    case Command::metrics:
      return "Measure how like its source a mosaic looks, and how steadily";
    case Command::demo:
      return "Draw a moving scene and a pool of tiles to try the program with";
    case Command::doctor:
      return "Say what this machine and this build can do, and what is missing";
    case Command::completion:
      return "Print a completion script for a shell";
    case Command::man:
      break;
  }
  return "Print the manual page, for man -l -";
}

std::string synopsis_of(Command command) {
  switch (command) {
    case Command::render:
      return "mosaic-temporal --frames IN --tiles POOL --output OUT [options]";
    case Command::index:
      return "mosaic-temporal index --tiles POOL --tile-size PX --output POOL.mti [options]";
    case Command::check_ssim:
      return "mosaic-temporal check ssim A B [--map FILE]";
    case Command::check_assign:
      return "mosaic-temporal check assign --costs FILE --rows N --cols M [options]";
    case Command::check_flow:
      return "mosaic-temporal check flow A B [--flow NAME] [-o FILE.flo] [--picture FILE.png]";
    case Command::check_parity:
      return "mosaic-temporal check parity [--tile-size PX] [--grid CxR] [--repeat R] [--seed S]";
    case Command::metrics:
      return "mosaic-temporal metrics --source IN --mosaic OUT [--cell PX] [options]";
    case Command::demo:
      return "mosaic-temporal demo DIR [options]";
    case Command::doctor:
      return "mosaic-temporal doctor [--json]";
    case Command::completion:
      return "mosaic-temporal completion SHELL";
    case Command::man:
      break;
  }
  return "mosaic-temporal man";
}

std::string default_of(const Option& option, Command command) {
  if ((option.required & command_bit(command)) != 0) return "required";
  if (option.in_preset) return "by the preset";
  if (!option.unset.empty()) return std::string(option.unset);
  if (option.kind == Kind::flag || option.get == nullptr) return {};
  return option.get(Request{});
}

std::span<const Group> groups() { return kGroups; }

std::string_view examples() { return kExamples; }

std::span<const std::pair<int, std::string_view>> exit_codes() {
  static constexpr std::pair<int, std::string_view> kCodes[] = {
      {0, "done"},
      {1, "unexpected"},
      {2, "wrong request"},
      {3, "done but inputs were left out"},
      {4, "unusable input"},
      {5, "output cannot be written"},
      {6, "verification failed"},
      {7, "device missing"},
      {75, "another run is at work on this output"}};
  return kCodes;
}

std::string short_help(Command command) {
  if (command != Command::render) return full_help(command);
  std::string text(kUsage);
  text += "\nExample:\n  mosaic-temporal -i clip.mp4 -t ~/Pictures -o mosaic.mp4 --preset vivid\n";
  text += "\nCommon options:\n";
  for (const Option& option : options()) {
    if (applies_to(option, command) && option.common) text += help_lines(option, command);
  }
  return text + "\n" + command_lines();
}

std::string full_help(Command command) {
  if (command != Command::render) return command_help(command);
  std::string text = std::string(kUsage) + "\nExamples:\n" + std::string(kExamples);
  for (const Group group : kGroups) {
    text += "\n" + std::string(group_title(group)) + ":\n";
    for (const Option& option : options()) {
      if (applies_to(option, command) && option.group == group) {
        text += help_lines(option, command);
      }
    }
  }
  text += "\n" + command_lines();
  text +=
      "\nFlags win over MOSAIC_TEMPORAL_* variables, these over --config, that over --preset.\n";
  std::string codes = "Exit codes:";
  for (const auto& [code, meaning] : exit_codes()) {
    codes += (code == 0 ? " " : ", ") + std::to_string(code) + " " + std::string(meaning);
  }
  for (const std::string& line : wrapped(codes + ".", kHelpWidth)) text += line + "\n";
  return text;
}

std::string option_reference() {
  std::string text;
  for (const Group group : kGroups) {
    text += "### " + std::string(group_title(group)) + "\n\n" + std::string(kTableHead);
    for (const Option& option : options()) {
      if (applies_to(option, Command::render) && option.group == group) {
        text += reference_row(option, Command::render);
      }
    }
    text += "\n";
  }
  for (const Command command : all_commands()) {
    if (command == Command::render) continue;
    text += "### " + std::string(command_name(command)) + "\n\n" +
            std::string(summary_of(command)) + ".\n\n```\n" + synopsis_of(command) + "\n```\n\n" +
            std::string(kTableHead);
    for (const Option& option : options()) {
      if (applies_to(option, command)) text += reference_row(option, command);
    }
    text += "\n";
  }
  return text;
}

}  // namespace mosaic::cli
