#include "assign/lone_rows.hpp"

#include <cstddef>

namespace mosaic {

void LoneRows::add(std::span<const Ban> bans, std::span<const std::int32_t> row_class) {
  std::vector<std::int32_t> size(row_class.size());
  for (const std::int32_t first : row_class) ++size[static_cast<std::size_t>(first)];
  std::vector<char> met(row_class.size());
  for (const Ban& ban : bans) {
    const auto first = static_cast<std::size_t>(row_class[static_cast<std::size_t>(ban.cell)]);
    if (size[first] <= kFew) met[first] = 1;
  }
  for (std::size_t row = 0; row < lone_.size(); ++row) {
    if (met[static_cast<std::size_t>(row_class[row])] != 0) lone_[row] = 1;
  }
}

void LoneRows::part(std::span<std::int32_t> row_class) const {
  // Whoever else was counted to a row that leaves needs another first one.
  std::vector<std::int32_t> heir(row_class.size(), -1);
  for (std::size_t row = 0; row < lone_.size(); ++row) {
    if (lone_[row] != 0) {
      row_class[row] = static_cast<std::int32_t>(row);
      continue;
    }
    const auto first = static_cast<std::size_t>(row_class[row]);
    if (lone_[first] == 0) continue;
    if (heir[first] < 0) heir[first] = static_cast<std::int32_t>(row);
    row_class[row] = heir[first];
  }
}

}  // namespace mosaic
