// Where one shot ends and the next begins: nothing is carried over a cut.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/byte_io.hpp"
#include "mosaic/image.hpp"

namespace mosaic {

/// Looks at the luma of each frame in turn. Integers only; the answer depends on the frames seen so
/// far and is given at once, within the frame that starts the new shot.
///
/// Note [What a cut is]
///
/// A frame is reduced to mean lumas of at most 32 x 18 blocks. A cut needs all of:
/// - there is a picture: what goes to black or white has not started a shot yet;
/// - the blocks changed a lot, after the overall change of brightness is taken out and the best
///   common shift of up to four blocks is allowed for: not a fade, not a whip pan;
/// - that change stands out from the last frames': not an explosion or a chase;
/// - the picture is unlike each of the last frames: less than half of it kept still or changed
///   brightness alike (else something large came or left, or a flash that blinded for a frame or
///   two is over), and the rest of it correlates poorly (else it is a flash).
/// A dissolve is no cut: it changes little per frame, and the tiles change with it.
class SceneCutDetector {
 public:
  SceneCutDetector() = default;

  /// True when `luma` begins a shot; the first frame does. All frames have one size.
  bool next(const Plane& luma);

  /// What has been seen, for a detector that goes on from here; restore() throws DamagedBytes.
  void save(ByteWriter& out) const;
  void restore(ByteReader& in);

 private:
  /// Block means and the mean of all, quarter levels.
  struct Thumbnail {
    std::vector<std::int16_t> blocks;
    int mean = 0;
  };
  static constexpr std::size_t kMemory = 4;   ///< thumbnails kept
  static constexpr std::size_t kHistory = 8;  ///< changes kept

  [[nodiscard]] Thumbnail reduce(const Plane& luma) const;
  [[nodiscard]] std::int64_t change(const Thumbnail& a, const Thumbnail& b) const;
  [[nodiscard]] static bool unlike(const Thumbnail& a, const Thumbnail& b);
  [[nodiscard]] static bool is_flat(const Thumbnail& thumbnail);
  [[nodiscard]] bool stands_out(std::int64_t change) const;

  Size grid_;
  std::array<Thumbnail, kMemory> seen_;  ///< ring, newest at (frames_ - 1) % kMemory
  std::array<std::int64_t, kHistory> changes_{};
  std::int64_t frames_ = 0;
  std::size_t changes_seen_ = 0;  ///< since the shot began
};

}  // namespace mosaic
