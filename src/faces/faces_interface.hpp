// The seam to OpenCV's face detector: what libmosaic_faces.so, loaded on demand, offers.
#pragma once

namespace mosaic {

inline constexpr char kFacesModuleFile[] = "libmosaic_faces.so";
inline constexpr char kFacesOpenSymbol[] = "mosaic_faces_open_v1";
inline constexpr char kFacesFindSymbol[] = "mosaic_faces_find_v1";
inline constexpr char kFacesCloseSymbol[] = "mosaic_faces_close_v1";

struct FacesFailure {
  char text[1024] = {};
};

/// A face, in pixels of the picture it was found in.
struct FaceBox {
  int x = 0;
  int y = 0;
  int width = 0;
  int height = 0;
};

/// A detector with the cascade file the module was built with; null on failure.
using FacesOpen = void* (*)(FacesFailure& failure) noexcept;
/// Finds at most `capacity` faces in a grey picture without padding. No exception leaves it.
using FacesFind = bool (*)(void* detector, const unsigned char* grey, int width, int height,
                           FaceBox* boxes, int capacity, int* count,
                           FacesFailure& failure) noexcept;
using FacesClose = void (*)(void* detector) noexcept;

}  // namespace mosaic
