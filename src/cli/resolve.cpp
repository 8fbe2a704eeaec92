#include "cli/resolve.hpp"

#include <algorithm>

#include "cli/config_file.hpp"
#include "cli/presets.hpp"
#include "cli/suggest.hpp"
#include "cli/text.hpp"
#include "core/utf8.hpp"
#include "mosaic/error.hpp"

namespace mosaic::cli {
namespace {

struct Setting {
  const Option* option = nullptr;
  Value value;
  Origin origin;
};

/// A setting that another command than this one knows, such as `crf` for the index command.
bool belongs_elsewhere(std::string_view key, std::string (*name_of)(const Option&)) {
  return std::any_of(options().begin(), options().end(), [&](const Option& option) {
    return is_setting(option) && name_of(option) == key;
  });
}

const Option* find_setting(Command command, std::string_view key,
                           std::string (*name_of)(const Option&)) {
  for (const Option& option : options()) {
    if (applies_to(option, command) && is_setting(option) && name_of(option) == key) {
      return &option;
    }
  }
  return nullptr;
}

std::string nearest_setting(Command command, const std::string& key,
                            std::string (*name_of)(const Option&)) {
  std::vector<std::string> names;
  for (const Option& option : options()) {
    if (applies_to(option, command) && is_setting(option)) names.push_back(name_of(option));
  }
  const std::vector<std::string_view> views(names.begin(), names.end());
  const std::string near = nearest(key, views);
  return near.empty() ? std::string() : "did you mean " + near + "?";
}

std::vector<Setting> settings_of_config(const CommandLine& line) {
  std::vector<Setting> settings;
  for (const Given& given : line.given) {
    if (given.option->name != "config") continue;
    for (ConfigEntry& entry : read_config_file(given.text)) {
      const Option* option = find_setting(line.command, entry.key, config_key_of);
      if (option == nullptr && belongs_elsewhere(entry.key, config_key_of)) continue;
      if (option == nullptr) {
        throw UsageError("unknown key " + entry.value.where.substr(0, entry.value.where.size() - 1),
                         nearest_setting(line.command, entry.key, config_key_of));
      }
      // "crf in look.toml, line 3," without the key and the comma.
      std::string place = entry.value.where.substr(entry.key.size() + 4);
      place.pop_back();
      settings.push_back({option, entry.value, {Source::config, place}});
    }
  }
  return settings;
}

std::vector<Setting> settings_of_environment(Command command, const Environment& environment,
                                             std::vector<std::string>& warnings) {
  std::vector<Setting> settings;
  if (command != Command::render && command != Command::index) return settings;
  for (const auto& [name, text] : environment) {
    if (text.empty()) continue;  // as most programs have it: not set
    const Option* option = find_setting(command, name, environment_of);
    if (option != nullptr) {
      settings.push_back({option, Value{text, name}, {Source::environment, name}});
    } else if (!belongs_elsewhere(name, environment_of)) {
      const std::string near = nearest_setting(command, name, environment_of);
      warnings.push_back("the environment variable " + name + " is not known and is ignored" +
                         (near.empty() ? std::string() : "; " + near));
    }
  }
  return settings;
}

std::vector<Setting> settings_of_flags(const CommandLine& line) {
  std::vector<Setting> settings;
  for (const Given& given : line.given) {
    if (given.option->set == nullptr) continue;
    const std::string flag = flag_of(*given.option);
    settings.push_back({given.option, Value{given.text, flag}, {Source::flag, flag}});
  }
  return settings;
}

std::vector<Setting> settings_of_preset(const Preset& preset) {
  std::vector<Setting> settings;
  const std::string where = "preset " + preset.name;
  for (const auto& [key, text] : preset.values) {
    settings.push_back({find_setting(Command::render, key, config_key_of),
                        Value{std::string(text), std::string(key) + " in " + where},
                        {Source::preset, where}});
  }
  return settings;
}

}  // namespace

Source Resolved::source_of(std::string_view option_name) const {
  for (const auto& [option, origin] : origins) {
    if (option->name == option_name) return origin.source;
  }
  return Source::standard;
}

Environment read_environment(const char* const* variables) {
  Environment environment;
  for (; variables != nullptr && *variables != nullptr; ++variables) {
    const std::string_view entry = *variables;
    const std::size_t equals = entry.find('=');
    if (equals == std::string_view::npos || entry.rfind(kEnvironmentPrefix, 0) != 0) continue;
    environment.emplace_back(entry.substr(0, equals), entry.substr(equals + 1));
  }
  // The order of the environment is the shell's affair; the order of messages should not be.
  std::sort(environment.begin(), environment.end());
  return environment;
}

Resolved resolve(const CommandLine& line, const Environment& environment) {
  Resolved resolved;
  resolved.request.command = line.command;
  for (const Given& given : line.given) {
    if (given.option->name == "config") resolved.configs.push_back(given.text);
  }
  std::vector<Setting> settings = settings_of_config(line);
  for (auto& setting : settings_of_environment(line.command, environment, resolved.warnings)) {
    settings.push_back(std::move(setting));
  }
  for (auto& setting : settings_of_flags(line)) settings.push_back(std::move(setting));
  if (line.command == Command::render) {
    // Lowest of all, but which preset it is the others say.
    Value name{std::string(kDefaultPreset), "--preset"};
    for (const Setting& setting : settings) {
      if (setting.option->name == "preset") name = setting.value;
    }
    const std::vector<Setting> lowest = settings_of_preset(preset_named(name));
    settings.insert(settings.begin(), lowest.begin(), lowest.end());
  }
  for (const Setting& setting : settings) {
    setting.option->set(resolved.request, setting.value);
    // Of several values the highest source gives all.
    const auto before = resolved.origins.find(setting.option);
    const bool other_source =
        before == resolved.origins.end() || before->second.source != setting.origin.source;
    if (setting.option->name == "frames") {
      std::vector<std::filesystem::path>& inputs = resolved.request.inputs;
      if (other_source) inputs.clear();
      inputs.push_back(resolved.request.settings.frames);
    }
    resolved.origins[setting.option] = setting.origin;
  }
  return resolved;
}

std::vector<SettingRecord> setting_records(const Resolved& resolved) {
  std::vector<SettingRecord> records;
  for (const Option& option : options()) {
    if (!applies_to(option, resolved.request.command) || !is_setting(option)) continue;
    const auto found = resolved.origins.find(&option);
    records.push_back({config_key_of(option), option.get(resolved.request),
                       found == resolved.origins.end() ? "default" : found->second.where});
  }
  return records;
}

std::string config_text(const Resolved& resolved) {
  constexpr std::size_t kCommentColumn = 44;
  const Command command = resolved.request.command;
  std::string text = "# Settings of mosaic-temporal; read back with --config\n";
  Group group = Group::other;
  for (const Option& option : options()) {
    if (!applies_to(option, command) || !is_setting(option)) continue;
    if (option.group != group) {
      group = option.group;
      text += "\n# " + std::string(group_title(group)) + "\n";
    }
    const auto found = resolved.origins.find(&option);
    const std::string source = found == resolved.origins.end() ? "default" : found->second.where;
    const std::string value = option.get(resolved.request);
    const std::string key = config_key_of(option);
    if (value.empty()) {
      text += "# " + key + " is not set" +
              (option.unset.empty() ? std::string() : ": " + std::string(option.unset)) + "\n";
      continue;
    }
    if (!is_utf8(value)) {
      text += "# " + key + " is not UTF-8, which TOML cannot hold: give " + flag_of(option) + "\n";
      continue;
    }
    const std::string row = key + " = " + (option.kind == Kind::text ? toml_string(value) : value);
    text += padded(row, kCommentColumn) + " # " + printable(source) + "\n";
  }
  return text;
}

}  // namespace mosaic::cli
