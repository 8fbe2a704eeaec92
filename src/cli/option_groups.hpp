// The rows of the option table, group by group.
#pragma once

#include <vector>

#include "cli/option_table.hpp"

namespace mosaic::cli {

inline constexpr unsigned kRender = command_bit(Command::render);
inline constexpr unsigned kIndex = command_bit(Command::index);
inline constexpr unsigned kCheckSsim = command_bit(Command::check_ssim);
inline constexpr unsigned kCheckAssign = command_bit(Command::check_assign);
inline constexpr unsigned kCheckFlow = command_bit(Command::check_flow);
inline constexpr unsigned kMetrics = command_bit(Command::metrics);
inline constexpr unsigned kDemo = command_bit(Command::demo);
inline constexpr unsigned kEveryCommand =
    kRender | kIndex | kCheckSsim | kCheckAssign | kCheckFlow | kMetrics | kDemo;

void add_input_output_options(std::vector<Option>& table);
void add_grid_options(std::vector<Option>& table);
void add_look_options(std::vector<Option>& table);
void add_tone_options(std::vector<Option>& table);
void add_tile_options(std::vector<Option>& table);
void add_matching_options(std::vector<Option>& table);
void add_flow_options(std::vector<Option>& table);
void add_device_options(std::vector<Option>& table);
void add_report_options(std::vector<Option>& table);
void add_tool_options(std::vector<Option>& table);
void add_metrics_options(std::vector<Option>& table);
void add_other_options(std::vector<Option>& table);

}  // namespace mosaic::cli
