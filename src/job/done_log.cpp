#include "job/done_log.hpp"

#include <fstream>
#include <nlohmann/json.hpp>

#include "core/json_integer.hpp"
#include "core/json_text.hpp"
#include "core/utf8.hpp"
#include "job/checked_line.hpp"
#include "job/file_io.hpp"

namespace mosaic {

namespace {

using Json = nlohmann::ordered_json;

Json identity_json(const ContentIdentity& identity) {
  return {{"marks", identity.marks}, {"hash", identity.hash}};
}

ContentIdentity identity_of(const Json& json) {
  return {json.at("marks").get<std::string>(), json.at("hash").get<std::string>()};
}

/// Empty, not there, or its last byte ends a line.
bool ends_whole(const std::filesystem::path& path) {
  std::ifstream stream(path, std::ios::binary);
  stream.seekg(-1, std::ios::end);
  const int last = stream.get();
  return !stream || last == '\n';
}

}  // namespace

DoneLog::DoneLog(const std::filesystem::path& output) {
  const std::filesystem::path target = output.has_filename() ? output : output.parent_path();
  const std::filesystem::path folder = target.has_parent_path() ? target.parent_path() : ".";
  path_ = folder / ".mosaic-temporal-done";
  name_ = lossless_utf8(target.filename().native());
  // Of a thousand films each looks for its own line; reading JSON takes far longer than looking.
  const std::string named = "\"name\":" + dump_json(Json(name_));
  for_each_checked_line(read_small_file(path_), [&](const std::string& text) {
    if (text.find(named) == std::string::npos) return;
    const Json json = Json::parse(text, nullptr, false);
    if (!json.is_object() || json.value("type", "") != "done" || json.at("name") != name_) return;
    DoneRecord record;
    record.facts = json.at("facts").get<Facts>();
    record.input = identity_of(json.at("input"));
    record.output = identity_of(json.at("output"));
    record.exit_code = json.contains("exit_code") ? integer_of<int>(json.at("exit_code")) : 0;
    record_ = std::move(record);
  });
}

void DoneLog::add(const DoneRecord& record) {
  const Json json = {{"type", "done"},
                     {"name", name_},
                     {"facts", record.facts},
                     {"input", identity_json(record.input)},
                     {"output", identity_json(record.output)},
                     {"exit_code", record.exit_code}};
  const std::string line = checked_line(dump_json(json));
  // A line that a killed run did not finish must not swallow this one.
  const std::string text = (ends_whole(path_) ? "" : "\n") + line;
  WrittenFile file(path_, WrittenFile::Mode::append);
  file.write(std::as_bytes(std::span(text)));
  file.close();
  record_ = record;
}

}  // namespace mosaic
