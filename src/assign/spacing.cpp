#include "assign/spacing.hpp"

#include <algorithm>
#include <cstddef>

namespace mosaic {

Spacing::Spacing(int columns, int rows, int distance)
    : columns_(columns), rows_(rows), distance_(distance) {}

template <class F>
void Spacing::for_each_near(int cell, F f) const {
  const int reach = distance_ - 1;
  const int column = cell % columns_;
  const int row = cell / columns_;
  for (int r = std::max(0, row - reach); r <= std::min(rows_ - 1, row + reach); ++r) {
    for (int c = std::max(0, column - reach); c <= std::min(columns_ - 1, column + reach); ++c) {
      if (r != row || c != column) f(r * columns_ + c);
    }
  }
}

bool add_ban(BannedPhotos& banned, int cell, std::int32_t photo) {
  std::vector<std::int32_t>& list = banned[static_cast<std::size_t>(cell)];
  const auto at = std::lower_bound(list.begin(), list.end(), photo);
  if (at != list.end() && *at == photo) return false;
  list.insert(at, photo);
  return true;
}

void Spacing::protect(std::span<const std::int32_t> carried_photo, BannedPhotos& banned) const {
  if (!any()) return;
  const auto cells = static_cast<int>(carried_photo.size());
  for (int cell = 0; cell < cells; ++cell) {
    const std::int32_t photo = carried_photo[static_cast<std::size_t>(cell)];
    if (photo < 0) continue;
    for_each_near(cell, [&](int other) {
      if (carried_photo[static_cast<std::size_t>(other)] != photo) add_ban(banned, other, photo);
    });
  }
}

int Spacing::give_way(std::span<const std::int32_t> photo,
                      std::span<const std::int32_t> carried_photo,
                      std::span<const std::uint8_t> saliency, BannedPhotos& banned,
                      std::vector<Ban>* added) const {
  if (added != nullptr) added->clear();
  if (!any()) return 0;
  const auto cells = static_cast<int>(photo.size());
  std::vector<std::uint8_t> gave_way(photo.size(), 0);
  int count = 0;
  for (int cell = 0; cell < cells; ++cell) {
    const auto i = static_cast<std::size_t>(cell);
    for_each_near(cell, [&](int other) {
      const auto j = static_cast<std::size_t>(other);
      if (other < cell || photo[i] != photo[j] || gave_way[i] != 0 || gave_way[j] != 0) return;
      const bool first_carries = carried_photo[i] == photo[i];
      const bool second_carries = carried_photo[j] == photo[j];
      const bool first_yields =
          first_carries != second_carries ? second_carries : saliency[i] < saliency[j];
      const int loser = first_yields ? cell : other;
      gave_way[static_cast<std::size_t>(loser)] = 1;
      if (add_ban(banned, loser, photo[i]) && added != nullptr) {
        added->push_back({loser, photo[i]});
      }
      ++count;
    });
  }
  return count;
}

bool Spacing::fits(std::span<const std::int32_t> photo, int cell, std::int32_t candidate) const {
  bool free = true;
  for_each_near(
      cell, [&](int other) { free = free && photo[static_cast<std::size_t>(other)] != candidate; });
  return free;
}

}  // namespace mosaic
