// The values that only one or two options take.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "cli/request.hpp"
#include "cli/values.hpp"

namespace mosaic::cli {

inline constexpr int kMinTileSize_px = 1;
inline constexpr int kMaxTileSize_px = 1024;
inline constexpr int kMaxCells = 500'000;

inline constexpr std::pair<std::string_view, DeviceChoice> kDevices[] = {
    {"auto", DeviceChoice::automatic}, {"cpu", DeviceChoice::cpu}};
inline constexpr std::pair<std::string_view, SimdChoice> kSimdSets[] = {
    {"auto", SimdChoice::automatic},
    {"plain", SimdChoice::plain},
    {"avx2", SimdChoice::avx2},
    {"avx512", SimdChoice::avx512}};
inline constexpr std::pair<std::string_view, FlowKind> kFlows[] = {{"block", FlowKind::block},
                                                                   {"dis", FlowKind::dis},
                                                                   {"raft", FlowKind::raft},
                                                                   {"none", FlowKind::none}};
inline constexpr std::pair<std::string_view, FlowPrecision> kPrecisions[] = {
    {"fp64", FlowPrecision::fp64}, {"fp32", FlowPrecision::fp32}};
inline constexpr std::pair<std::string_view, ColorTransfer> kTransfers[] = {
    {"none", ColorTransfer::none},
    {"reinhard", ColorTransfer::reinhard},
    {"mkl", ColorTransfer::mkl}};

/// Not empty, no zero byte.
std::filesystem::path parse_path(const Value& value);
/// One word: letters, digits and _ . + -.
std::string parse_word(const Value& value);
int parse_threads(const Value& value);                  ///< "auto" is 0
std::optional<int> parse_max_uses(const Value& value);  ///< "auto" is unset
/// Devices that other builds know are a DeviceError here, not a slip of the finger.
DeviceChoice parse_device(const Value& value);
void parse_variants(LibrarySettings& library, const Value& value);

std::string switch_text(bool value);
std::string int_text(const std::optional<int>& value);
std::string path_text(const std::optional<std::filesystem::path>& path);
std::string variants_text(const LibrarySettings& library);

}  // namespace mosaic::cli
