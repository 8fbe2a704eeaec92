// A folder's names may be any bytes in any order: every one is used or left out, the order is one,
// and it does not depend on how the folder lists them. Names are separated by line feeds here.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <set>
#include <string>
#include <vector>

#include "video/picture_names.hpp"

namespace {

int sign(int value) { return (value > 0) - (value < 0); }

void require(bool holds) {
  if (!holds) std::abort();
}

/// std::sort() leaves the vector's bounds when an order is none.
void check_order(const std::vector<std::string>& names) {
  const std::size_t count = std::min<std::size_t>(names.size(), 12);
  for (std::size_t a = 0; a < count; ++a) {
    require(mosaic::natural_compare(names[a], names[a]) == 0);
    for (std::size_t b = 0; b < count; ++b) {
      const int ab = sign(mosaic::natural_compare(names[a], names[b]));
      require(ab == -sign(mosaic::natural_compare(names[b], names[a])));
      for (std::size_t c = 0; c < count; ++c) {
        if (ab > 0 || mosaic::natural_compare(names[b], names[c]) > 0) continue;
        require(mosaic::natural_compare(names[a], names[c]) <= 0);
      }
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::set<std::string> unlike;  // a folder has no two equal names
  std::string name;
  for (std::size_t i = 0; i < size && unlike.size() < 64; ++i) {
    const char byte = static_cast<char>(data[i]);
    if (byte == '\n') {
      if (!name.empty()) unlike.insert(name);
      name.clear();
    } else if (byte != '\0' && byte != '/') {
      name += byte;
    }
  }
  if (!name.empty()) unlike.insert(name);
  std::vector<std::string> names(unlike.begin(), unlike.end());
  check_order(names);
  const mosaic::PictureList list = mosaic::order_pictures(names);
  require(list.used.size() + list.repeated.size() == names.size());
  std::reverse(names.begin(), names.end());
  require(mosaic::order_pictures(names).used == list.used);
  return 0;
}
