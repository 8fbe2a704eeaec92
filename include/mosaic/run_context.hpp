// What surrounds a render and decides nothing: who runs it, and who wants to know what it makes.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "mosaic/image.hpp"
#include "mosaic/render.hpp"
#include "mosaic/stages.hpp"

namespace mosaic {

/// A setting as the user would write it, for reports.
struct SettingRecord {
  std::string name;    ///< as in a configuration file
  std::string value;   ///< empty: not set
  std::string source;  ///< "default", "preset vivid", "--crf", "look.toml, line 3", ...
};

/// What a report says of the program and of what it was told.
struct RunIdentity {
  std::string version;   ///< of the program
  std::string revision;  ///< the commit it was built from
  std::vector<SettingRecord> settings;
};

/// What a render is going to make, known once its inputs are open.
struct RenderOutline {
  Size output;  ///< pixels
  int columns = 0, rows = 0, tile_size_px = 0;
  std::int64_t frames = -1;  ///< to be made, an estimate; -1: not known
  double frame_rate = 0.0;   ///< average of the input, frames per second
  int photos = 0, variants = 0, max_uses = 0;
  std::string source;  ///< what the input is, in words
  std::string device;
};

struct RunContext {
  RunIdentity identity;
  std::function<void(const RenderOutline&)> outline;  ///< called once, before the first frame
  StageFault fault;  ///< of the run, with --verify of the card's; empty: none (tests only)
};

/// render() of mosaic/render.hpp, with its surroundings.
RenderSummary render(const Settings& settings, const RenderObserver& observer,
                     const RunContext& context);

}  // namespace mosaic
