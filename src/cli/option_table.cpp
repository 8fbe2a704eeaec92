#include "cli/option_table.hpp"

#include <algorithm>
#include <vector>

#include "cli/option_groups.hpp"

namespace mosaic::cli {
namespace {

std::vector<Option> make_table() {
  std::vector<Option> table;
  add_input_output_options(table);
  add_look_options(table);
  add_tone_options(table);
  add_seam_options(table);
  add_matching_options(table);
  add_flow_options(table);
  add_device_options(table);
  add_report_options(table);
  add_program_options(table);
  add_tool_options(table);
  add_metrics_options(table);
  add_other_options(table);
  return table;
}

std::string with_replaced(std::string_view text, char from, char to) {
  std::string result(text);
  std::replace(result.begin(), result.end(), from, to);
  return result;
}

}  // namespace

std::span<const Command> all_commands() {
  static constexpr Command kAll[] = {
      Command::render,     Command::index,        Command::check_ssim, Command::check_assign,
      Command::check_flow, Command::check_parity, Command::metrics,    Command::demo,
      Command::doctor,     Command::completion,   Command::man};
  return kAll;
}

std::span<const Option> options() {
  static const std::vector<Option> table = make_table();
  return table;
}

const Option* find_option(Command command, std::string_view name) {
  const std::string dashed = with_replaced(name, '_', '-');
  for (const Option& option : options()) {
    if (applies_to(option, command) && option.name == dashed) return &option;
  }
  return nullptr;
}

bool is_setting(const Option& option) {
  const unsigned configurable = command_bit(Command::render) | command_bit(Command::index);
  return (option.commands & configurable) != 0 && option.kind != Kind::action &&
         option.kind != Kind::positional && option.name != "config";
}

bool takes_path(const Option& option) {
  if (option.kind == Kind::positional) return option.choices == nullptr;
  return option.value == "PATH" || option.value == "DIR" || option.value.starts_with("FILE");
}

std::string flag_of(const Option& option) {
  if (option.kind == Kind::positional) return std::string(option.value);
  if (option.name == "h") return "-h";
  return "--" + std::string(option.name);
}

std::string config_key_of(const Option& option) { return with_replaced(option.name, '-', '_'); }

std::string environment_of(const Option& option) {
  std::string name = config_key_of(option);
  for (char& c : name) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return std::string(kEnvironmentPrefix) + name;
}

std::string_view group_title(Group group) {
  switch (group) {
    case Group::input_output:
      return "Input and output";
    case Group::look:
      return "Look";
    case Group::matching:
      return "Matching";
    case Group::device:
      return "Speed and device";
    case Group::report:
      return "Report";
    case Group::other:
      break;
  }
  return "Other";
}

std::string_view command_name(Command command) {
  switch (command) {
    case Command::render:
      return "";
    case Command::index:
      return "index";
    case Command::check_ssim:
      return "check ssim";
    case Command::check_assign:
      return "check assign";
    case Command::check_flow:
      return "check flow";
    case Command::check_parity:
      return "check parity";
    case Command::metrics:
      return "metrics";
    case Command::demo:
      return "demo";
    case Command::doctor:
      return "doctor";
    case Command::completion:
      return "completion";
    case Command::man:
      break;
  }
  return "man";
}

}  // namespace mosaic::cli
