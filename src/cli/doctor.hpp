// What this machine and this build can do, for people who wonder and for bug reports.
#pragma once

#include <ostream>
#include <string>
#include <vector>

namespace mosaic::cli {

enum class Health { ok, missing, broken };

/// One line of the doctor's report. `missing`: something optional is not there. `broken`: no job
/// can be done.
struct Finding {
  std::string name;
  Health health = Health::ok;
  std::string text;
};

std::vector<Finding> examine();

/// A table; with `json` one object per line and a last one of type "done" (docs/cli.md, "Doctor").
void print_findings(const std::vector<Finding>& findings, bool json, std::ostream& out);

/// 0, or 7 when something is broken.
int exit_code_of(const std::vector<Finding>& findings);

}  // namespace mosaic::cli
