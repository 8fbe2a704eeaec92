#include "core/folder_entries.hpp"

namespace mosaic {

namespace fs = std::filesystem;

std::vector<fs::directory_entry> entries_of(const fs::path& folder, std::error_code& failure) {
  std::vector<fs::directory_entry> entries;
  for (fs::directory_iterator entry(folder, failure), end; !failure && entry != end;
       entry.increment(failure)) {
    entries.push_back(*entry);
  }
  return entries;
}

}  // namespace mosaic
