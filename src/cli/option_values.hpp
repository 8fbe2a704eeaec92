// The values that only one or two options take.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cli/request.hpp"
#include "cli/values.hpp"

namespace mosaic::cli {

inline constexpr int kMinTileSize_px = 1;
inline constexpr int kMaxTileSize_px = 1024;
inline constexpr int kMaxCells = 500'000;
inline constexpr int kMaxHues = 11;

inline constexpr std::pair<std::string_view, DeviceChoice> kDevices[] = {
    {"auto", DeviceChoice::automatic}, {"cpu", DeviceChoice::cpu}, {"cuda", DeviceChoice::cuda}};
inline constexpr std::pair<std::string_view, DecodeChoice> kDecoders[] = {
    {"auto", DecodeChoice::automatic}, {"cpu", DecodeChoice::cpu}, {"nvdec", DecodeChoice::nvdec}};
inline constexpr std::pair<std::string_view, SimdChoice> kSimdSets[] = {
    {"auto", SimdChoice::automatic},
    {"plain", SimdChoice::plain},
    {"avx2", SimdChoice::avx2},
    {"avx512", SimdChoice::avx512}};
inline constexpr std::pair<std::string_view, ResumeMode> kResumeModes[] = {
    {"auto", ResumeMode::automatic},
    {"on", ResumeMode::on},
    {"off", ResumeMode::off},
    {"new", ResumeMode::fresh}};
inline constexpr std::pair<std::string_view, FlowKind> kFlows[] = {{"block", FlowKind::block},
                                                                   {"dis", FlowKind::dis},
                                                                   {"raft", FlowKind::raft},
                                                                   {"none", FlowKind::none}};
inline constexpr std::pair<std::string_view, FlowPrecision> kPrecisions[] = {
    {"fp64", FlowPrecision::fp64}, {"fp32", FlowPrecision::fp32}};
inline constexpr std::pair<std::string_view, FlowWhen> kFlowWhens[] = {
    {"needed", FlowWhen::needed}, {"always", FlowWhen::always}};
inline constexpr std::pair<std::string_view, Deinterlace> kDeinterlace[] = {
    {"auto", Deinterlace::automatic}, {"on", Deinterlace::on}, {"off", Deinterlace::off}};
inline constexpr std::pair<std::string_view, ColorTransfer> kTransfers[] = {
    {"none", ColorTransfer::none},
    {"reinhard", ColorTransfer::reinhard},
    {"adaptive_reinhard", ColorTransfer::adaptive_reinhard},
    {"histogram", ColorTransfer::histogram},
    {"mkl", ColorTransfer::mkl},
    {"hybrid", ColorTransfer::hybrid},
    {"mkl_hybrid", ColorTransfer::mkl_hybrid}};
inline constexpr std::pair<std::string_view, Placement> kPlacements[] = {
    {"exact", Placement::exact}, {"diffusion", Placement::diffusion}};

using Words = std::vector<std::string>;

/// The names of a table such as the above, for Option::choices.
template <class T, std::size_t N>
Words names_of(const std::pair<std::string_view, T> (&names)[N]) {
  Words words;
  for (const auto& [name, value] : names) words.emplace_back(name);
  return words;
}

inline constexpr std::pair<std::string_view, Shell> kShells[] = {
    {"bash", Shell::bash}, {"zsh", Shell::zsh}, {"fish", Shell::fish}};

/// Not empty, no zero byte.
std::filesystem::path parse_path(const Value& value);
/// An ending that a pipe can hold.
std::string parse_format(const Value& value);
/// One word: letters, digits and _ . + -.
std::string parse_word(const Value& value);
/// Bytes: "800M", "2G", "1.5GB" (powers of 1000), "512MiB" (of 1024), "none" (0).
std::uint64_t parse_memory(const Value& value);
std::string memory_text(std::uint64_t bytes);           ///< that parse_memory() reads back
int parse_threads(const Value& value);                  ///< "auto" is 0
std::optional<int> parse_max_uses(const Value& value);  ///< "auto" is unset
SceneCutSettings parse_scene_cuts(const Value& value);  ///< auto, off or a path
/// mirror, bright and hue:N, in any order.
void parse_variants(LibrarySettings& library, const Value& value);

std::string switch_text(bool value);
std::string int_text(const std::optional<int>& value);
std::string scene_cuts_text(const SceneCutSettings& settings);
std::string path_text(const std::optional<std::filesystem::path>& path);
std::string variants_text(const LibrarySettings& library);

}  // namespace mosaic::cli
