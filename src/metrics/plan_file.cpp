#include "metrics/plan_file.hpp"

#include <algorithm>
#include <cerrno>
#include <map>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <utility>

#include "core/json_integer.hpp"
#include "core/read_failure.hpp"
#include "mosaic/error.hpp"

namespace mosaic::metrics {
namespace {

using PlanJson = nlohmann::json;

// Far above what render() writes; keeps products of two sides inside int.
constexpr std::int64_t kLargestSide = 32768;

int side(const PlanJson& value) {
  const auto number = integer_of<std::int64_t>(value);
  if (number < 1 || number > kLargestSide) {
    throw std::out_of_range("a size of " + std::to_string(number));
  }
  return static_cast<int>(number);
}

}  // namespace

PlanReader::PlanReader(std::filesystem::path path) : path_(std::move(path)) {
  errno = 0;
  stream_.open(path_, std::ios::binary);
  std::string line;
  if (!stream_ || !std::getline(stream_, line)) {
    throw InputError("cannot read the plan " + path_.string() + ": " +
                         (errno != 0 || stream_.bad() ? read_failure() : "it is empty"),
                     "give the file that --plan wrote");
  }
  line_ = 1;
  read_header(line);
}

void PlanReader::fail(const std::string& what) const {
  throw InputError("plan " + path_.string() + ", line " + std::to_string(line_) + ": " + what,
                   "give the file that --plan wrote, unchanged");
}

void PlanReader::read_header(const std::string& line) {
  try {
    const PlanJson header = PlanJson::parse(line);
    if (header.at("type") != "mosaic-plan") fail("not a plan");
    if (header.at("version") != 1) fail("a plan of an unknown version");
    const PlanJson& grid = header.at("grid");
    grid_.columns = side(grid.at("columns"));
    grid_.rows = side(grid.at("rows"));
    grid_.tile_size_px = side(grid.at("tile_size_px"));
    const PlanJson& crop = grid.at("crop");
    grid_.crop_px = {integer_of<int>(crop.at(0)), integer_of<int>(crop.at(1)), side(crop.at(2)),
                     side(crop.at(3))};
    std::map<std::string, std::int32_t> number_of;
    for (const PlanJson& name : header.at("photo_of_tile")) {
      const auto [place, is_new] = number_of.try_emplace(
          name.get<std::string>(), static_cast<std::int32_t>(photo_names_.size()));
      if (is_new) photo_names_.push_back(place->first);
      photo_of_tile_.push_back(place->second);
    }
  } catch (const Error&) {
    throw;
  } catch (const std::exception& error) {
    fail(std::string("not the first line of a plan: ") + error.what());
  }
}

bool PlanReader::read(PlannedFrame& frame) {
  std::string line;
  errno = 0;
  if (!std::getline(stream_, line)) {
    if (stream_.bad()) fail("cannot be read: " + read_failure());
    return false;
  }
  ++line_;
  try {
    const PlanJson json = PlanJson::parse(line);
    frame.frame = integer_of<std::int64_t>(json.at("frame"));
    frame.tiles.clear();
    for (const PlanJson& tile : json.at("tiles")) {
      frame.tiles.push_back(integer_of<std::int32_t>(tile));
    }
    frame.scene_cut = json.at("scene_cut").get<bool>();
    frame.carried = integer_of<std::int64_t>(json.at("carried"));
    frame.switched = integer_of<std::int64_t>(json.at("switched"));
  } catch (const std::exception& error) {
    fail(std::string("not a frame of a plan: ") + error.what());
  }
  if (frame.tiles.size() != static_cast<std::size_t>(grid_.cells())) {
    fail(std::to_string(frame.tiles.size()) + " tiles for " + std::to_string(grid_.cells()) +
         " cells");
  }
  const auto tiles = static_cast<std::int32_t>(photo_of_tile_.size());
  const auto unknown = std::ranges::find_if(
      frame.tiles, [tiles](std::int32_t tile) { return tile < 0 || tile >= tiles; });
  if (unknown != frame.tiles.end()) fail("tile " + std::to_string(*unknown) + " is not listed");
  return true;
}

PlanTally::PlanTally(const GridGeometry& grid, std::vector<std::int32_t> photo_of_tile)
    : grid_(grid), photo_of_tile_(std::move(photo_of_tile)) {
  const auto last = std::ranges::max_element(photo_of_tile_);
  const std::size_t photos = last == photo_of_tile_.end() ? 0 : static_cast<std::size_t>(*last) + 1;
  uses_.resize(photos);
  uses_in_frame_.resize(photos);
}

PlanTally::FrameCounts PlanTally::add(const PlannedFrame& frame) {
  FrameCounts counts;
  count_photos(frame, counts);
  count_twins(frame, counts);
  if (frames_ > 0) {
    for (std::size_t i = 0; i < before_.size(); ++i) {
      counts.changed += frame.tiles[i] != before_[i] ? 1 : 0;
    }
    if (!frame.scene_cut) {
      ++steps_in_shots_;
      changed_in_shots_ += counts.changed;
    }
  }
  ++frames_;
  changed_ += counts.changed;
  carried_ += frame.carried;
  switched_ += frame.switched;
  twins_ += counts.twins;
  twins_diagonal_ += counts.twins_diagonal;
  before_ = frame.tiles;
  return counts;
}

void PlanTally::count_photos(const PlannedFrame& frame, FrameCounts& counts) {
  std::ranges::fill(uses_in_frame_, 0);
  for (const std::int32_t tile : frame.tiles) {
    const auto photo = static_cast<std::size_t>(photo_of_tile_[static_cast<std::size_t>(tile)]);
    ++uses_[photo];
    ++uses_in_frame_[photo];
  }
  std::int32_t most = 0;
  for (const std::int32_t uses : uses_in_frame_) {
    counts.photos += uses > 0 ? 1 : 0;
    most = std::max(most, uses);
  }
  counts.largest_share = static_cast<double>(most) / static_cast<double>(grid_.cells());
}

void PlanTally::count_twins(const PlannedFrame& frame, FrameCounts& counts) const {
  const auto photo_at = [&](int x, int y) {
    const std::int32_t tile = frame.tiles[static_cast<std::size_t>(y * grid_.columns + x)];
    return photo_of_tile_[static_cast<std::size_t>(tile)];
  };
  for (int y = 0; y < grid_.rows; ++y) {
    for (int x = 0; x < grid_.columns; ++x) {
      const std::int32_t photo = photo_at(x, y);
      const bool has_right = x + 1 < grid_.columns;
      if (has_right) counts.twins += photo == photo_at(x + 1, y) ? 1 : 0;
      if (y + 1 == grid_.rows) continue;
      counts.twins += photo == photo_at(x, y + 1) ? 1 : 0;
      if (has_right) counts.twins_diagonal += photo == photo_at(x + 1, y + 1) ? 1 : 0;
      if (x > 0) counts.twins_diagonal += photo == photo_at(x - 1, y + 1) ? 1 : 0;
    }
  }
}

std::int64_t PlanTally::photos_used() const {
  return std::ranges::count_if(uses_, [](std::int64_t uses) { return uses > 0; });
}

std::int32_t PlanTally::most_used_photo() const {
  return static_cast<std::int32_t>(std::ranges::max_element(uses_) - uses_.begin());
}

double PlanTally::largest_share() const {
  if (frames_ == 0) return 0.0;
  const auto most = static_cast<double>(uses_[static_cast<std::size_t>(most_used_photo())]);
  return most / (static_cast<double>(frames_) * grid_.cells());
}

}  // namespace mosaic::metrics
