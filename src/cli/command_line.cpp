#include "cli/command_line.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>

#include "cli/suggest.hpp"
#include "mosaic/error.hpp"

namespace mosaic::cli {
namespace {

const std::string kHelpHint = "mosaic-temporal --help lists everything";

std::string did_you_mean(const std::string& word) { return "did you mean " + word + "?"; }

/// Takes the command's words off the front of `arguments`.
Command take_command(std::span<const std::string>& arguments) {
  if (arguments.empty() || arguments[0].empty() || arguments[0][0] == '-') return Command::render;
  const std::string word = arguments[0];
  arguments = arguments.subspan(1);
  for (const Command command : all_commands()) {
    if (command != Command::render && command_name(command) == word) return command;
  }
  if (word == "check") {
    constexpr std::string_view kChecks[] = {"ssim", "assign", "flow", "parity"};
    const std::string what = arguments.empty() ? std::string() : arguments[0];
    for (const Command check :
         {Command::check_ssim, Command::check_assign, Command::check_flow, Command::check_parity}) {
      if (command_name(check) != "check " + what) continue;
      arguments = arguments.subspan(1);
      return check;
    }
    if (what.empty() || what[0] == '-') {
      throw UsageError("check needs to know what to check: ssim, assign, flow or parity",
                       "see mosaic-temporal check ssim --help");
    }
    const std::string near = nearest(what, kChecks);
    throw UsageError("there is no check \"" + what + "\"; there are ssim, assign, flow and parity",
                     near.empty() ? std::string() : did_you_mean(near));
  }
  // "check" stands for its four.
  std::vector<std::string_view> known = {"check"};
  std::string list;
  for (const Command command : all_commands()) {
    const std::string_view name = command_name(command);
    if (name.empty() || name.starts_with("check ")) continue;
    known.push_back(name);
    list += std::string(name) + ", ";
  }
  const std::string near = nearest(word, known);
  throw UsageError(
      "there is no command \"" + word + "\"; there are " + list + "and check",
      near.empty() ? "the main job takes --frames, --tiles and --output" : did_you_mean(near));
}

/// How the option was written, without a value: "--crf" of "--crf=20", "-o" of "-oout.mp4".
std::string written_name(const std::string& argument) {
  if (argument.rfind("--", 0) == 0) return argument.substr(0, argument.find('='));
  return argument.substr(0, 2);
}

bool is_known(Command command, const std::string& written) {
  return std::any_of(options().begin(), options().end(), [&](const Option& option) {
    if (!applies_to(option, command) || option.kind == Kind::positional) return false;
    if (written.rfind("--", 0) == 0) return option.name != "h" && flag_of(option) == written;
    return flag_of(option) == written ||
           (option.letter != 0 && written == std::string("-") + option.letter);
  });
}

[[noreturn]] void throw_unexpected(Command command, const std::vector<std::string>& left) {
  // "--" itself is listed too; what follows it is never an option.
  const bool literal = left.front() == "--";
  const std::string& argument = literal && left.size() > 1 ? left[1] : left.front();
  if (literal || argument.empty() || argument[0] != '-') {
    throw UsageError("there is nothing to do with \"" + argument + "\"",
                     command == Command::render
                         ? "inputs and output are named by --frames, --tiles and --output; a "
                           "command such as index comes first"
                         : kHelpHint);
  }
  const std::string name = written_name(argument);
  for (const Option& option : options()) {
    if (option.kind == Kind::positional || flag_of(option) != name) continue;
    for (const Command other : all_commands()) {
      if (!applies_to(option, other)) continue;
      const std::string place = other == Command::render
                                    ? std::string("the main job")
                                    : "the command " + std::string(command_name(other));
      throw UsageError("unknown option " + name + " here", "it belongs to " + place);
    }
  }
  std::vector<std::string> flags;
  for (const Option& option : options()) {
    if (applies_to(option, command) && option.kind != Kind::positional) {
      flags.push_back(flag_of(option));
    }
  }
  const std::vector<std::string_view> views(flags.begin(), flags.end());
  std::string hint = name.size() > 2 ? nearest(name, views) : std::string();
  if (!hint.empty()) throw UsageError("unknown option " + name, did_you_mean(hint));
  throw UsageError("unknown option " + name, kHelpHint);
}

Action action_of(const Option& option) {
  if (option.name == "h") return Action::short_help;
  if (option.name == "help") return Action::full_help;
  if (option.name == "version") return Action::version;
  return option.name == "list-presets" ? Action::list_presets : Action::print_config;
}

/// Before CLI11 sees it: "--crf=" would take the next argument for its value.
void refuse_empty_values(Command command, std::span<const std::string> arguments) {
  for (const std::string& argument : arguments) {
    if (argument == "--") return;
    if (argument.size() > 3 && argument.back() == '=' &&
        is_known(command, argument.substr(0, argument.size() - 1))) {
      throw UsageError(argument.substr(0, argument.size() - 1) + " needs a value");
    }
  }
}

std::string declaration(const Option& option) {
  if (option.kind == Kind::positional) return std::string(option.name);
  std::string names = flag_of(option);
  if (option.letter != 0) names += std::string(",-") + option.letter;
  return names;
}

struct Declared {
  const Option* option = nullptr;
  CLI::Option* parser = nullptr;
};

std::vector<Declared> declare(CLI::App& app, Command command) {
  std::vector<Declared> declared;
  for (const Option& option : options()) {
    if (!applies_to(option, command)) continue;
    CLI::Option* parser = nullptr;
    if (option.kind == Kind::flag || option.kind == Kind::action) {
      parser = app.add_flag(declaration(option));
    } else {
      parser = app.add_option(declaration(option));
      parser->type_size(1)->expected(option.value_optional ? 0 : 1, 1);
    }
    parser->multi_option_policy(option.many ? CLI::MultiOptionPolicy::TakeAll
                                            : CLI::MultiOptionPolicy::TakeLast);
    declared.push_back({&option, parser});
  }
  return declared;
}

/// "-i a b" as "-i a -i b". CLI11 takes several values too, but then "[a,b]" for a list.
std::vector<std::string> repeat_flags(Command command, std::span<const std::string> arguments) {
  std::vector<std::string> repeated;
  std::string flag;  // that may take one more value
  bool has_value = false;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::string& argument = arguments[i];
    if (argument == "--") {
      repeated.insert(repeated.end(), arguments.begin() + static_cast<std::ptrdiff_t>(i),
                      arguments.end());
      break;
    }
    if (argument.size() > 1 && argument[0] == '-') {
      const std::string name = written_name(argument);
      const auto& table = options();
      const bool many = std::any_of(table.begin(), table.end(), [&](const Option& option) {
        return option.many && applies_to(option, command) &&
               (flag_of(option) == name ||
                (option.letter != 0 && name == std::string("-") + option.letter));
      });
      flag = many ? name : std::string();
      has_value = argument.size() > name.size();
    } else if (!flag.empty()) {
      if (has_value) repeated.push_back(flag);
      has_value = true;
    }
    repeated.push_back(argument);
  }
  return repeated;
}

void check_value(Command command, const Option& option, const std::string& text) {
  // A forgotten value shows as the next option taken for it.
  if (text.size() > 1 && text[0] == '-' && is_known(command, written_name(text))) {
    throw UsageError(flag_of(option) + " needs a value, but " + text + " follows",
                     "if that is the value, write " + flag_of(option) + "=" + text);
  }
}

}  // namespace

CommandLine parse_command_line(std::span<const std::string> arguments) {
  CommandLine line;
  line.command = take_command(arguments);
  refuse_empty_values(line.command, arguments);
  CLI::App app;
  app.set_help_flag("");
  app.allow_extras(true);
  const std::vector<Declared> declared = declare(app, line.command);
  std::vector<std::string> reversed = repeat_flags(line.command, arguments);
  std::reverse(reversed.begin(), reversed.end());
  try {
    app.parse(reversed);
  } catch (const CLI::ArgumentMismatch& error) {
    const std::string text = error.what();
    throw UsageError(text.substr(0, text.find(':')) + " needs a value");
  } catch (const CLI::ParseError& error) {
    throw UsageError(error.what(), kHelpHint);
  }
  for (const auto& [option, parser] : declared) {
    if (parser->count() == 0) continue;
    if (option->kind == Kind::action) {
      // Help wins over everything, then the first asked for in the table's order.
      const Action action = action_of(*option);
      if (line.action == Action::run || action == Action::full_help) line.action = action;
      continue;
    }
    const std::vector<std::string>& texts = parser->results();
    for (std::size_t i = option->many ? 0 : texts.size() - 1; i < texts.size(); ++i) {
      const std::string text = texts[i].empty() && option->value_optional ? "true" : texts[i];
      const bool separate = std::find(arguments.begin(), arguments.end(), text) != arguments.end();
      if (option->kind != Kind::flag && option->kind != Kind::positional && separate) {
        check_value(line.command, *option, text);
      }
      line.given.push_back({option, text});
    }
  }
  const std::vector<std::string> left = app.remaining();
  if (!left.empty() && !(left.size() == 1 && left.front() == "--")) {
    throw_unexpected(line.command, left);
  }
  return line;
}

}  // namespace mosaic::cli
