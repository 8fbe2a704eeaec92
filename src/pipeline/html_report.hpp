// The report as a page for people: one file that needs no network.
#pragma once

#include <string>

#include "pipeline/run_records.hpp"

namespace mosaic {

/// HTML 5 in UTF-8 without scripts and links. Inputs that were left out are all listed; everything
/// else is bounded whatever the run was (other lists are cut, curves and the map of cells thinned
/// out, the contact sheet holds at most 48 tiles): under 2 MB. Names are escaped; what of them is
/// not UTF-8, or controls or reorders text, is shown as \xNN.
std::string html_report(const RunReport& report);

/// Text as it may stand in HTML, inside quotes too: visible_utf8(), with HTML's own signs escaped.
std::string html_text(std::string_view text);

}  // namespace mosaic
