#include "job/journal.hpp"

#include <nlohmann/json.hpp>
#include <string_view>

#include "core/hash.hpp"
#include "core/json_integer.hpp"
#include "core/json_text.hpp"
#include "core/output_file.hpp"
#include "job/checked_line.hpp"

namespace mosaic {

namespace {

using Json = nlohmann::ordered_json;

constexpr int kVersion = 1;
std::string line_of(const Json& record) { return checked_line(dump_json(record)); }

/// The record of a line without its end; nothing when it is damaged.
std::optional<Json> record_of(std::string_view line) {
  const std::optional<std::string> text = text_of_checked_line(line);
  if (!text) return std::nullopt;
  Json record = Json::parse(*text, nullptr, false);
  if (!record.is_object()) return std::nullopt;
  return record;
}

/// Takes one good record; false when this program does not know it.
bool take(const Json& record, JournalContents& contents) {
  const std::string type = record.value("type", "");
  if (type == "segment") {
    SegmentRecord segment;
    segment.index = integer_of<std::int64_t>(record.at("index"));
    segment.frames = integer_of<std::int64_t>(record.at("frames"));
    segment.bytes = integer_of<std::uint64_t>(record.at("bytes"));
    segment.hash = std::stoull(record.at("hash").get<std::string>(), nullptr, 16);
    if (segment.index < 0 || segment.frames < 1) return false;
    contents.segments[segment.index] = segment;
    return true;
  }
  contents.publishing = contents.publishing || type == "publishing";
  return type == "publishing";
}

bool take_header(const Json& record, JournalContents& contents) {
  if (record.value("type", "") != "job" || integer_of<int>(record.at("version")) != kVersion)
    return false;
  for (const auto& [name, value] : record.at("facts").items()) {
    contents.facts[name] = value.get<std::string>();
  }
  contents.input.marks = record.at("input").at("marks").get<std::string>();
  contents.input.hash = record.at("input").at("hash").get<std::string>();
  return true;
}

std::span<const std::byte> bytes_of(const std::string& text) {
  return std::as_bytes(std::span(text));
}

}  // namespace

std::optional<JournalContents> parse_journal(const std::string& text) {
  JournalContents contents;
  bool have_header = false;
  std::size_t begin = 0;
  for (;;) {
    const std::size_t end = text.find('\n', begin);
    if (end == std::string::npos) break;  // torn off
    const std::optional<Json> record = record_of(std::string_view(text).substr(begin, end - begin));
    begin = end + 1;
    bool good = false;
    try {
      good = record && (have_header ? take(*record, contents) : take_header(*record, contents));
    } catch (const std::exception&) {  // of JSON: a field is missing or of another type
    }
    if (!good && !have_header) return std::nullopt;
    have_header = true;
    contents.damaged_lines += good ? 0 : 1;
    contents.intact_bytes = begin;
  }
  if (!have_header) return std::nullopt;
  return contents;
}

void Journal::create(const std::filesystem::path& path, const Facts& facts,
                     const ContentIdentity& input) {
  // Under another name first: a journal without its first line would be no journal.
  const std::filesystem::path temporary = path.native() + ".part";
  WrittenFile file(temporary, WrittenFile::Mode::create);
  const std::string line = line_of({{"type", "job"},
                                    {"version", kVersion},
                                    {"facts", facts},
                                    {"input", {{"marks", input.marks}, {"hash", input.hash}}}});
  file.write(bytes_of(line));
  file.close();
  std::error_code failure;
  std::filesystem::rename(temporary, path, failure);
  if (failure) throw output_error("cannot write", path, failure.value());
  sync_folder(path.parent_path());
}

Journal::Journal(const std::filesystem::path& path, std::uint64_t intact_bytes)
    : file_(path, WrittenFile::Mode::append) {
  file_.truncate(intact_bytes);
}

void Journal::add(const SegmentRecord& segment) {
  const std::string line = line_of({{"type", "segment"},
                                    {"index", segment.index},
                                    {"frames", segment.frames},
                                    {"bytes", segment.bytes},
                                    {"hash", hex64(segment.hash)}});
  file_.write(bytes_of(line));
  file_.sync();
}

void Journal::add_publishing() {
  const std::string line = line_of({{"type", "publishing"}});
  file_.write(bytes_of(line));
  file_.sync();
}

}  // namespace mosaic
