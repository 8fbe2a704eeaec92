// The choice, the order and the numbers of a folder's pictures, by their names alone.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace mosaic {

/// Whether a folder's file of this name is one of its pictures; others play no part.
bool is_frame_name(const std::string& name);

/// Natural order: digit runs compare as numbers of any length, the rest as bytes. Below, equal to
/// or above 0; equal are names that differ only in padding.
int natural_compare(const std::string& a, const std::string& b);

/// What becomes of a folder's names.
struct PictureList {
  std::vector<std::string> used;                              ///< in the order of their numbers
  std::vector<std::pair<std::string, std::string>> repeated;  ///< left out, and what has its number
  std::vector<std::string> gaps;  ///< "5" or "7-9": missing between two of a series
};

/// Takes any names, in any order; the result does not depend on it.
PictureList order_pictures(std::vector<std::string> names);

}  // namespace mosaic
