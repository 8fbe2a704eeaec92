#include "cli/revision.hpp"

#include "build_revision.hpp"

namespace mosaic::cli {

std::string_view revision() { return kRevision; }

std::string_view revision_date() { return kDate; }

}  // namespace mosaic::cli
