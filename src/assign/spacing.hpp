// Uses of one photo keep their distance from each other.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace mosaic {

/// Photos that may not be shown in a cell, per cell, each ascending. Empty: none anywhere.
using BannedPhotos = std::vector<std::vector<std::int32_t>>;

/// One of them.
struct Ban {
  std::int32_t cell = 0;
  std::int32_t photo = 0;
};

/// Added to the cost of a banned pair: more than any tile can cost.
inline constexpr std::int32_t kBanCost = 1 << 26;

/// Note [Distance between uses]
///
/// "No photo within D cells of itself" is a conflict between cells, not a limit per photo, and the
/// assignment under such conflicts is NP-hard (it contains graph colouring). So a frame is solved
/// exactly under a set of bans (cell, photo), which keeps it an assignment problem whose optimum
/// can be proved, and the bans are chosen like this:
///
/// 1. A tile that is already on the screen has the right to its place: what a cell carries is
///    banned around it (except where it is carried, too). Bans of the last frame stay as long as
///    the cell's content does (Note [Kept candidates]); so a repeated frame poses the same problem
///    with fewer choices, and its optimum is the picture already shown.
/// 2. Where the optimum still puts two uses too close, one of the two cells gives way: the one that
///    does not carry the photo, else the one of less saliency, else the later one. It is banned
///    there and the frame solved again, a few times.
/// 3. What is left is repaired cell by cell in row order with the cheapest photo that has places
///    left and keeps its distance. Where none does, the conflict stays and is counted: that takes
///    fewer photos than the (2D - 1)^2 cells around one.
///
/// The certificate covers the last problem solved in 2, before 3.
class Spacing {
 public:
  /// `distance` D: two uses lie at least D cells apart in x or in y; 0 and 1 ask for nothing.
  Spacing(int columns, int rows, int distance);

  [[nodiscard]] bool any() const { return distance_ > 1; }

  /// Step 1: adds to `banned` what `carried_photo` (per cell, -1: none) rules out around it.
  void protect(std::span<const std::int32_t> carried_photo, BannedPhotos& banned) const;

  /// Step 2: bans for every pair that is too close in `photo`. Returns the number of cells that
  /// give way, 0 when there is no conflict; `added` becomes the bans that were not there before.
  int give_way(std::span<const std::int32_t> photo, std::span<const std::int32_t> carried_photo,
               std::span<const std::uint8_t> saliency, BannedPhotos& banned,
               std::vector<Ban>* added = nullptr) const;

  /// Whether `candidate` could be shown in `cell` while all others keep what they have.
  [[nodiscard]] bool fits(std::span<const std::int32_t> photo, int cell,
                          std::int32_t candidate) const;

 private:
  template <class F>
  void for_each_near(int cell, F f) const;

  int columns_;
  int rows_;
  int distance_;
};

/// False where the pair was banned already.
bool add_ban(BannedPhotos& banned, int cell, std::int32_t photo);

}  // namespace mosaic
