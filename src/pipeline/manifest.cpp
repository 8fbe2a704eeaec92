#include "pipeline/manifest.hpp"

#include <cerrno>
#include <charconv>
#include <fstream>
#include <nlohmann/json.hpp>
#include <system_error>
#include <utility>

#include "core/hash.hpp"
#include "core/json_integer.hpp"
#include "core/json_text.hpp"
#include "core/loaded_library.hpp"
#include "core/read_failure.hpp"
#include "job/content_identity.hpp"
#include "job/file_io.hpp"
#include "job/job_folder.hpp"
#include "mosaic/error.hpp"
#include "pictures/picture_decoder.hpp"
#include "pipeline/kept_work.hpp"
#include "registry/backends.hpp"
#include "video/codec_list.hpp"
#include "video/picture_names.hpp"
#include "video/standard_stream.hpp"

namespace mosaic {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

constexpr char kType[] = "mosaic-manifest";
constexpr char kTilesFact[] = "photos of --tiles";

/// Facts that may differ although the bytes are the same: they are what a check is made for.
constexpr std::array<std::string_view, 4> kMayDiffer = {"program", "libraries", "encoder",
                                                        "motion"};

constexpr std::array<std::string_view, 5> kNotSettings = {"program", "libraries", "encoder",
                                                          "motion", kTilesFact};

std::uint64_t parse_hash(const Json& text) {
  const auto& digits = text.get_ref<const std::string&>();
  std::uint64_t value = 0;
  const char* const end = digits.data() + digits.size();
  const auto [at, failure] = std::from_chars(digits.data(), end, value, 16);
  if (digits.size() != 16 || at != end || failure != std::errc{}) {
    throw std::invalid_argument("'" + digits + "' is no hash");
  }
  return value;
}

FrameHashes parse_frame(const Json& line) {
  FrameHashes hashes;
  for (std::size_t i = 0; i < kFrameStages; ++i) {
    const auto found = line.find(kStageNames[i]);
    if (found != line.end()) hashes[i] = parse_hash(*found);
  }
  return hashes;
}

ManifestEnd parse_end(const Json& line) {
  ManifestEnd end;
  end.frames = integer_of<std::int64_t>(line.at("frames"));
  if (!line.at("file").is_null()) end.file = parse_hash(line.at("file"));
  return end;
}

/// "tile-size was 16 there and is 32 here"; empty when nothing differs but what `pass` names.
std::string differing(const Facts& there, const Facts& here, std::span<const std::string_view> only,
                      bool inverted) {
  Facts a;
  Facts b;
  const auto wanted = [&](const std::string& name) {
    return (std::ranges::find(only, name) != only.end()) != inverted;
  };
  for (const auto& fact : there) {
    if (wanted(fact.first)) a.insert(fact);
  }
  for (const auto& fact : here) {
    if (wanted(fact.first)) b.insert(fact);
  }
  return differences(a, b);
}

}  // namespace

std::optional<std::uint64_t> hash_output(const fs::path& output) {
  std::error_code failure;
  if (is_standard_stream(output) || !fs::is_regular_file(output, failure)) return std::nullopt;
  Hasher hasher;
  if (!read_file(output, [&](std::span<const std::byte> bytes) { hasher.bytes(bytes); })) {
    throw InputError("cannot read '" + output.native() + "' to its end");
  }
  return hasher.digest();
}

namespace {

/// What else decides bytes, as far as this run has loaded it. What motion needs is a fact of its
/// own; OpenCV is here because faces need it too.
std::string loaded_libraries() {
  const std::string opencv = loaded_library("libopencv_core");
  return ffmpeg_libraries() + "; " + decoder_version() + (opencv.empty() ? "" : "; " + opencv);
}

}  // namespace

Facts manifest_facts(const Settings& settings, const RenderParts& parts,
                     const std::function<void()>& poll) {
  const bool pipe = is_standard_stream(settings.frames);
  Facts facts = job_facts(settings, parts,
                          pipe ? ContentIdentity{{}, "standard input"}
                               : identify_content(settings.frames, {}, poll, is_frame_name));
  facts["libraries"] = loaded_libraries();
  // What else is written decides nothing.
  facts.erase("--plan");
  facts.erase("--manifest");
  return facts;
}

void ManifestLines::saw(std::int64_t frame, Stage stage, std::uint64_t hash) {
  frame_ = frame;
  hashes_[static_cast<std::size_t>(stage)] = hash;
}

std::string ManifestLines::take() {
  Json line = {{"frame", frame_}};
  for (std::size_t i = 0; i < kFrameStages; ++i) {
    if (hashes_[i]) line[std::string(kStageNames[i])] = hex64(*hashes_[i]);
  }
  hashes_ = {};
  return dump_json(line);
}

ManifestWriter::ManifestWriter(const fs::path& path, bool force)
    : file_(path, force), written_(file_.temporary(), WrittenFile::Mode::create, path) {}

void ManifestWriter::begin(const Facts& facts, const RenderParts& parts) {
  const GridGeometry& grid = parts.geometry;
  const std::string card = device_versions(parts.engine->backend_name());
  const Json header = {
      {"type", kType},
      {"version", kManifestVersion},
      {"hash", "XXH3-64"},
      {"device", std::string(parts.engine->backend_name())},
      {"card", card.empty() ? Json() : Json(card)},
      {"grid",
       {{"columns", grid.columns}, {"rows", grid.rows}, {"tile_size_px", grid.tile_size_px}}},
      {"facts", facts}};
  write(dump_json(header));
}

void ManifestWriter::write(const std::string& line) { written_.write(line + "\n"); }

void ManifestWriter::complete(const ManifestEnd& end) {
  Json line = {{"type", "end"}, {"frames", end.frames}};
  line["file"] = end.file ? Json(hex64(*end.file)) : Json();
  line["flow_rounding_edge_px"] =
      end.flow_rounding_edge_px ? Json(*end.flow_rounding_edge_px) : Json();
  write(dump_json(line));
  written_.close();
}

ManifestCheck::ManifestCheck(const fs::path& path) : path_(path) {
  errno = 0;
  std::ifstream stream(path, std::ios::binary);
  if (!stream) throw InputError("cannot read '" + path.native() + "': " + read_failure());
  std::string text;
  std::int64_t number = 0;
  bool ended = false;
  try {
    for (; std::getline(stream, text); ++number) {
      if (ended) throw std::invalid_argument("it goes on behind its end");
      const Json line = Json::parse(text);
      if (number == 0) {
        if (line.at("type") != kType) throw std::invalid_argument("it is no manifest");
        if (line.at("version") != kManifestVersion) {
          throw std::invalid_argument("it has version " + line.at("version").dump() + ", not " +
                                      std::to_string(kManifestVersion));
        }
        facts_ = line.at("facts").get<Facts>();
        device_ = line.at("device").get<std::string>();
      } else if (line.contains("type")) {
        if (line.at("type") != "end") throw std::invalid_argument("it is no line of a manifest");
        end_ = parse_end(line);
        ended = true;
      } else {
        frames_.push_back({integer_of<std::int64_t>(line.at("frame")), parse_frame(line)});
      }
    }
    if (!ended || end_.frames != frames()) throw std::invalid_argument("its end is missing");
  } catch (const std::exception& problem) {
    throw InputError(
        "'" + path.native() + "', line " + std::to_string(number + 1) + ": " + problem.what(),
        "--manifest-check takes a whole file written by --manifest");
  }
}

void ManifestCheck::require_same_job(const Facts& facts,
                                     const std::function<void(const std::string&)>& warn) {
  const std::string other = differing(facts_, facts, kNotSettings, true);
  if (!other.empty()) {
    throw UsageError("the manifest " + path_.string() + " is of another job: " + other,
                     "run with the settings and the input that it was made with");
  }
  const std::string versions = differing(facts_, facts, kMayDiffer, false);
  if (!versions.empty() && warn) {
    warn("the manifest " + path_.string() +
         " was made otherwise, which may change bytes: " + versions);
  }
  if (facts_[kTilesFact] != facts.at(kTilesFact)) {
    fail("the tiles differ: other photos, or photos decoded otherwise (" + facts_[kTilesFact] +
         " there, " + facts.at(kTilesFact) + " here)");
  }
}

void ManifestCheck::fail(const std::string& what) const {
  throw VerifyError(what, "the manifest " + path_.string() + " was made on device " + device_);
}

/// Is there a stage that the other run had and this one did not?
void ManifestCheck::require_all_seen() const {
  if (!begun_) return;
  for (std::size_t i = 0; i < kFrameStages; ++i) {
    if (!frames_[at_].hashes[i] || seen_[i]) continue;
    fail("frame " + std::to_string(frames_[at_].number) + ": stage " + std::string(kStageNames[i]) +
         " is in the manifest, but not in this run");
  }
}

void ManifestCheck::next_frame(std::int64_t frame) {
  require_all_seen();
  if (begun_) {
    ++at_;
    seen_ = {};
  }
  begun_ = true;
  if (at_ == frames_.size()) {
    fail("frame " + std::to_string(frame) + " is not in the manifest, which has " +
         std::to_string(frames_.size()) + " frames");
  }
  if (frames_[at_].number != frame) {
    fail("frame " + std::to_string(frame) + " comes where the manifest has frame " +
         std::to_string(frames_[at_].number));
  }
}

void ManifestCheck::saw(std::int64_t frame, Stage stage, std::uint64_t hash) {
  if (!begun_ || frames_[at_].number != frame) next_frame(frame);
  const auto i = static_cast<std::size_t>(stage);
  const std::optional<std::uint64_t>& want = frames_[at_].hashes[i];
  const std::string where =
      "frame " + std::to_string(frame) + ": stage " + std::string(stage_name(stage));
  if (!want) fail(where + " is not in the manifest");
  if (*want != hash) {
    fail(where + " differs: " + hex64(*want) + " in the manifest, " + hex64(hash) + " here");
  }
  seen_[i] = hash;
}

void ManifestCheck::end_frames(std::int64_t frames) const {
  require_all_seen();
  if (frames != this->frames()) {
    fail("this run has " + std::to_string(frames) + " frames, the manifest " +
         std::to_string(frames_.size()));
  }
}

std::string ManifestCheck::compare_file(const std::optional<std::uint64_t>& file) const {
  if (!end_.file) return ", but not the file, of which the manifest has no hash, are";
  if (!file) return ", but not the output, which is no single file, are";
  if (*end_.file != *file) {
    fail("stage file differs although all frames are equal: " + hex64(*end_.file) +
         " in the manifest, " + hex64(*file) +
         " here; the encoder, its version or the container did it");
  }
  return " and the file are";
}

}  // namespace mosaic
