// The seam to OpenCV: what libmosaic_dis.so, loaded on demand, offers to the program.
#pragma once

namespace mosaic {

inline constexpr char kDisModuleFile[] = "libmosaic_dis.so";
inline constexpr char kDisFlowSymbol[] = "mosaic_dis_flow_v1";
inline constexpr char kDisVersionSymbol[] = "mosaic_dis_opencv_version";

struct DisFailure {
  char text[1024] = {};
};

/// Dense flow from `first` to `second`, grey pictures of width x height samples without padding:
/// `flow` takes width * height pairs (x, y) in pixels. May run in several threads at a time; the
/// result does not depend on how many. No exception leaves it; false on failure.
using DisFlow = bool (*)(const unsigned char* first, const unsigned char* second, int width,
                         int height, float* flow, DisFailure& failure) noexcept;

/// OpenCV's version, for reports.
using DisVersion = const char* (*)() noexcept;

}  // namespace mosaic
