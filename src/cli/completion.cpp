#include "cli/completion.hpp"

#include "cli/help.hpp"
#include "cli/option_table.hpp"

namespace mosaic::cli {
namespace {

/// "-o --output" or "--crf"; positional arguments have no names.
std::string option_names(const Option& option) {
  std::string names;
  if (option.letter != 0) names = std::string("-") + option.letter + " ";
  return names + flag_of(option);
}

bool takes_value(const Option& option) {
  return option.kind == Kind::text || option.kind == Kind::integer || option.kind == Kind::number;
}

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : " ") + word;
  return text;
}

std::string option_names(Command command) {
  std::vector<std::string> names;
  for (const Option& option : options()) {
    if (applies_to(option, command) && option.kind != Kind::positional) {
      names.push_back(option_names(option));
    }
  }
  return joined(names);
}

/// The first words of all commands: "check" once for its four.
std::vector<std::string> first_words() {
  std::vector<std::string> words;
  for (const Command command : all_commands()) {
    std::string word(command_name(command).substr(0, command_name(command).find(' ')));
    if (!word.empty() && (words.empty() || words.back() != word)) words.push_back(std::move(word));
  }
  return words;
}

/// The second words, of "check".
std::vector<std::string> check_words() {
  std::vector<std::string> words;
  for (const Command command : all_commands()) {
    const std::string_view name = command_name(command);
    if (name.starts_with("check ")) words.emplace_back(name.substr(6));
  }
  return words;
}

/// Inside single quotes of any of the three shells.
std::string shell_quoted(std::string_view text) {
  std::string result = "'";
  for (const char c : text) {
    if (c == '\'') {
      result += "'\\''";
    } else {
      result += c;
    }
  }
  return result + "'";
}

/// fish knows \' and \\ between single quotes.
std::string quoted_for_fish(std::string_view text) {
  std::string result = "'";
  for (const char c : text) {
    if (c == '\'' || c == '\\') result += '\\';
    result += c;
  }
  return result + "'";
}

std::string pattern_of(const Option& option) {
  return option.letter != 0 ? std::string("-") + option.letter + "|" + flag_of(option)
                            : flag_of(option);
}

/// The part that completes the value of the option in $prev, for one command.
std::string bash_values(Command command) {
  std::string text;
  for (const Option& option : options()) {
    if (!applies_to(option, command) || !takes_value(option)) continue;
    text += "        " + pattern_of(option) + ") ";
    if (takes_path(option)) {
      text += "_mosaic_temporal_paths; return";
    } else if (option.choices != nullptr) {
      text += "COMPREPLY=($(compgen -W " + shell_quoted(joined(option.choices())) +
              " -- \"$cur\")); return";
    } else {
      text += "return";
    }
    text += " ;;\n";
  }
  return text.empty() ? text : "      case $prev in\n" + text + "      esac\n";
}

std::string bash_command(Command command) {
  std::string text = "    " + shell_quoted(command_name(command)) + ")\n";
  text += bash_values(command);
  text += "      opts=" + shell_quoted(option_names(command)) + "\n";
  for (const Option& option : options()) {
    if (!applies_to(option, command) || option.kind != Kind::positional) continue;
    if (option.choices != nullptr)
      text += "      words=" + shell_quoted(joined(option.choices())) + "\n";
    if (option.choices == nullptr) text += "      paths=1\n";
  }
  return text + "      ;;\n";
}

// Bash splits at '=', so "--crf=2" arrives as three words.
constexpr std::string_view kBashHead =
    R"(# bash completion for mosaic-temporal, made by "mosaic-temporal completion bash"
_mosaic_temporal_paths() {
  local IFS=$'\n'
  compopt -o filenames 2>/dev/null
  COMPREPLY=($(compgen -f -- "$cur"))
}

_mosaic_temporal() {
  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} cmd='' opts='' words='' paths=''
  COMPREPLY=()
  if [[ $cur == '=' ]]; then
    cur=''
  elif [[ $prev == '=' ]]; then
    prev=${COMP_WORDS[COMP_CWORD-2]}
  fi
  if (( COMP_CWORD > 1 )) && [[ ${COMP_WORDS[1]} != -* ]]; then
    cmd=${COMP_WORDS[1]}
    if [[ $cmd == check ]]; then
      if (( COMP_CWORD == 2 )); then
        COMPREPLY=($(compgen -W '@CHECKS@' -- "$cur"))
        return
      fi
      cmd="check ${COMP_WORDS[2]}"
    fi
  fi
  case $cmd in
)";

constexpr std::string_view kBashTail =
    R"(  esac
  if [[ $cur == -* ]]; then
    COMPREPLY=($(compgen -W "$opts" -- "$cur"))
  elif (( COMP_CWORD == 1 )); then
    COMPREPLY=($(compgen -W '@COMMANDS@' -- "$cur"))
  elif [[ -n $words ]]; then
    COMPREPLY=($(compgen -W "$words" -- "$cur"))
  elif [[ -n $paths ]]; then
    _mosaic_temporal_paths
  else
    COMPREPLY=($(compgen -W "$opts" -- "$cur"))
  fi
}
complete -F _mosaic_temporal mosaic-temporal
)";

std::string with(std::string_view text, std::string_view mark, const std::string& value) {
  std::string result(text);
  result.replace(result.find(mark), mark.size(), value);
  return result;
}

std::string bash_script() {
  std::string text = with(kBashHead, "@CHECKS@", joined(check_words()));
  for (const Command command : all_commands()) text += bash_command(command);
  return text + with(kBashTail, "@COMMANDS@", joined(first_words()));
}

/// In a specification of _arguments, '[', ']' and ':' have meanings.
std::string zsh_text(std::string_view text) {
  std::string result;
  for (const char c : text) {
    if (c == '[' || c == ']' || c == ':' || c == '\\') result += '\\';
    result += c;
  }
  return result;
}

/// ":PX:" and what completes it.
std::string zsh_value(const Option& option) {
  std::string text = ":" + zsh_text(option.value) + ":";
  if (option.choices != nullptr) return text + "(" + joined(option.choices()) + ")";
  return takes_path(option) ? text + "_files" : text + " ";
}

std::string zsh_options(Command command) {
  std::string text;
  for (const Option& option : options()) {
    if (!applies_to(option, command)) continue;
    std::vector<std::string> specs;
    if (option.kind == Kind::positional) {
      specs.push_back(zsh_value(option));
    } else {
      const std::string help = "[" + zsh_text(option.help) + "]";
      const std::string value = takes_value(option) ? zsh_value(option) : std::string();
      if (option.letter != 0) {
        specs.push_back(std::string("-") + option.letter + (value.empty() ? "" : "+") + help +
                        value);
      }
      const bool dashed = flag_of(option).starts_with("--");
      specs.push_back(flag_of(option) + (value.empty() || !dashed ? "" : "=") + help + value);
    }
    for (const std::string& spec : specs) text += " \\\n        " + shell_quoted(spec);
  }
  return text;
}

std::string zsh_script() {
  std::string text =
      "#compdef mosaic-temporal\n"
      "# zsh completion for mosaic-temporal, made by \"mosaic-temporal completion zsh\"\n"
      "_mosaic_temporal() {\n"
      "  local cmd=''\n"
      "  if (( CURRENT == 2 )) && [[ $words[2] != -* ]]; then\n"
      "    compadd -- " +
      joined(first_words()) +
      "\n    return\n  fi\n"
      "  if [[ $words[2] != -* ]]; then\n"
      "    cmd=$words[2]\n"
      "    if [[ $cmd == check ]]; then\n"
      "      if (( CURRENT == 3 )); then\n"
      "        compadd -- " +
      joined(check_words()) +
      "\n        return\n      fi\n"
      "      cmd=\"check $words[3]\"\n"
      "      shift words\n"
      "      (( CURRENT-- ))\n"
      "    fi\n"
      "    shift words\n"
      "    (( CURRENT-- ))\n"
      "  fi\n"
      "  case $cmd in\n";
  for (const Command command : all_commands()) {
    text += "    " + shell_quoted(command_name(command)) + ")\n      _arguments -s" +
            zsh_options(command) + "\n      ;;\n";
  }
  return text +
         "  esac\n}\n"
         // The name of the file, under which zsh loads it; its first call must complete already.
         "if [[ $funcstack[1] == _mosaic-temporal ]]; then\n"
         "  _mosaic_temporal \"$@\"\n"
         "else\n"
         "  compdef _mosaic_temporal mosaic-temporal\n"
         "fi\n";
}

/// When a line's completion applies: after the words of its command.
std::string fish_condition(Command command) {
  const std::string name(command_name(command));
  return " -n " + quoted_for_fish("test (__mosaic_temporal_command) = \"" + name + "\"");
}

std::string fish_line(const Option& option, Command command) {
  std::string text = "complete -c mosaic-temporal" + fish_condition(command);
  if (option.kind == Kind::positional) {
    return option.choices == nullptr
               ? text + " -F\n"
               : text + " -f -a " + quoted_for_fish(joined(option.choices())) + "\n";
  }
  if (option.letter != 0) text += std::string(" -s ") + option.letter;
  text += option.name == "h" ? std::string(" -s h") : " -l " + std::string(option.name);
  if (takes_value(option)) {
    text += takes_path(option) ? " -r -F" : " -x";
    if (option.choices != nullptr) text += " -a " + quoted_for_fish(joined(option.choices()));
  }
  return text + " -d " + quoted_for_fish(option.help) + "\n";
}

std::string fish_script() {
  std::string text =
      "# fish completion for mosaic-temporal, made by \"mosaic-temporal completion fish\"\n"
      "function __mosaic_temporal_command\n"
      "  set -l words (commandline -opc)\n"
      "  set -l name ''\n"
      "  if test (count $words) -gt 1; and not string match -q -- '-*' $words[2]\n"
      "    set name $words[2]\n"
      "    if test $name = check; and test (count $words) -gt 2\n"
      "      set name \"check $words[3]\"\n"
      "    end\n"
      "  end\n"
      "  echo \"$name\"\n"
      "end\n"
      "complete -c mosaic-temporal -f\n"
      "complete -c mosaic-temporal -n 'test (count (commandline -opc)) -eq 1' -a " +
      quoted_for_fish(joined(first_words())) +
      "\n"
      "complete -c mosaic-temporal -n 'test (__mosaic_temporal_command) = check' -a " +
      quoted_for_fish(joined(check_words())) + "\n";
  for (const Command command : all_commands()) {
    for (const Option& option : options()) {
      if (applies_to(option, command)) text += fish_line(option, command);
    }
  }
  return text;
}

}  // namespace

std::string completion_script(Shell shell) {
  switch (shell) {
    case Shell::bash:
      return bash_script();
    case Shell::zsh:
      return zsh_script();
    case Shell::fish:
      break;
  }
  return fish_script();
}

}  // namespace mosaic::cli
