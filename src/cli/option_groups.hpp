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
inline constexpr unsigned kCheckParity = command_bit(Command::check_parity);
inline constexpr unsigned kMetrics = command_bit(Command::metrics);
inline constexpr unsigned kDemo = command_bit(Command::demo);
inline constexpr unsigned kDoctor = command_bit(Command::doctor);
inline constexpr unsigned kCompletion = command_bit(Command::completion);
inline constexpr unsigned kMan = command_bit(Command::man);
/// What works for a while or gives a result.
inline constexpr unsigned kJobs =
    kRender | kIndex | kCheckSsim | kCheckAssign | kCheckFlow | kMetrics | kDemo;
inline constexpr unsigned kEveryCommand = kJobs | kCheckParity | kDoctor | kCompletion | kMan;

/// A number of the main job that presets set.
void add_preset_number(std::vector<Option>& table, Group group, std::string_view name,
                       std::string_view help, void (*set)(Request&, const Value&),
                       std::string (*get)(const Request&));

void add_input_output_options(std::vector<Option>& table);
void add_grid_options(std::vector<Option>& table);
void add_look_options(std::vector<Option>& table);
void add_tone_options(std::vector<Option>& table);
void add_seam_options(std::vector<Option>& table);
void add_tile_options(std::vector<Option>& table);
void add_placement_options(std::vector<Option>& table);
void add_face_options(std::vector<Option>& table);
void add_pool_options(std::vector<Option>& table);
void add_matching_options(std::vector<Option>& table);
void add_flow_options(std::vector<Option>& table);
void add_device_options(std::vector<Option>& table);
void add_report_options(std::vector<Option>& table);
void add_program_options(std::vector<Option>& table);
void add_tool_options(std::vector<Option>& table);
void add_metrics_options(std::vector<Option>& table);
void add_other_options(std::vector<Option>& table);

}  // namespace mosaic::cli
