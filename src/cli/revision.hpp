// Which sources this program was built from.
#pragma once

#include <string_view>

namespace mosaic::cli {

/// The commit, and behind it "-dirty-" and what the changes since then hash to, where there are
/// any; "unknown" in a tree without git. Programs of two revisions do not continue each other's
/// jobs.
std::string_view revision();

/// Of the commit, such as "2026-03-01"; empty in a tree without git.
std::string_view revision_date();

}  // namespace mosaic::cli
