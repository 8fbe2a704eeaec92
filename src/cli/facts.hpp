// The settings that decide what an output's bytes are.
#pragma once

#include <map>
#include <string>

#include "cli/request.hpp"

namespace mosaic::cli {

/// "--crf" and its value, for every option of the main job but those that leave the output as it is
/// and those whose meaning lies in the contents of a file.
std::map<std::string, std::string> output_facts(const Request& request);

}  // namespace mosaic::cli
