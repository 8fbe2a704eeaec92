#include "cli/suggest.hpp"

#include <algorithm>
#include <vector>

namespace mosaic::cli {
namespace {

char folded(char c) {
  if (c >= 'A' && c <= 'Z') return static_cast<char>(c - 'A' + 'a');
  return c == '_' ? '-' : c;
}

}  // namespace

int edit_distance(std::string_view a, std::string_view b) {
  // Three rows of the table: the swap of two neighbours looks two rows back.
  std::vector<int> before_last(b.size() + 1), last(b.size() + 1), row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) last[j] = static_cast<int>(j);
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = static_cast<int>(i);
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const bool same = folded(a[i - 1]) == folded(b[j - 1]);
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (same ? 0 : 1)});
      if (i > 1 && j > 1 && folded(a[i - 1]) == folded(b[j - 2]) &&
          folded(a[i - 2]) == folded(b[j - 1])) {
        row[j] = std::min(row[j], before_last[j - 2] + 1);
      }
    }
    std::swap(before_last, last);
    std::swap(last, row);
  }
  return last[b.size()];
}

std::string nearest(std::string_view word, std::span<const std::string_view> known) {
  std::string_view best;
  int best_distance = 3;  // two slips are the most that still look like the same word
  for (const std::string_view each : known) {
    // Half of a short word replaced is another word.
    const int most = static_cast<int>(std::min(word.size(), each.size())) / 2;
    const int distance = edit_distance(word, each);
    if (distance < best_distance && distance <= std::max(1, most)) {
      best = each;
      best_distance = distance;
    }
  }
  return std::string(best);
}

}  // namespace mosaic::cli
