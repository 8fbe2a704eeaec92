// Reading what --json says.
#pragma once

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "core/utf8.hpp"

namespace mosaic::test {

/// Parses every line; each must be a complete object with a type and the schema.
inline std::vector<nlohmann::json> lines_of(const std::string& out) {
  std::vector<nlohmann::json> lines;
  std::istringstream stream(out);
  EXPECT_TRUE(out.empty() || out.back() == '\n') << "the last line is not complete";
  EXPECT_TRUE(is_utf8(out));
  for (std::string line; std::getline(stream, line);) {
    nlohmann::json object = nlohmann::json::parse(line, nullptr, false);
    EXPECT_TRUE(object.is_object()) << line;
    if (!object.is_object()) continue;
    EXPECT_TRUE(object.contains("type")) << line;
    EXPECT_EQ(object.value("schema", 0), 1) << line;
    lines.push_back(std::move(object));
  }
  return lines;
}

inline std::vector<nlohmann::json> of_type(const std::vector<nlohmann::json>& lines,
                                           const std::string& type) {
  std::vector<nlohmann::json> found;
  for (const nlohmann::json& line : lines) {
    if (line["type"] == type) found.push_back(line);
  }
  return found;
}

}  // namespace mosaic::test
