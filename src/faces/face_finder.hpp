// Faces in a frame, by OpenCV where its module is installed.
#pragma once

#include <memory>
#include <vector>

#include "core/parallel_for.hpp"
#include "faces/faces_interface.hpp"
#include "flow/module_file.hpp"
#include "mosaic/image.hpp"

namespace mosaic {

class FaceFinder {
 public:
  /// Throws DeviceError when the module or its cascade file is not installed.
  explicit FaceFinder(ThreadPool& pool);

  /// Frontal faces in a grey picture, in its pixels. Looks at no more than kFaceSide_px along the
  /// longer side; smaller faces than 24 of those pixels are not found. The same picture gives the
  /// same faces with the same OpenCV; other builds of it may differ.
  std::vector<FaceBox> find(const Plane& luma);

 private:
  ThreadPool& pool_;
  ModuleFile module_;
  FacesFind find_;
  std::unique_ptr<void, FacesClose> detector_;
};

inline constexpr int kFaceSide_px = 640;

}  // namespace mosaic
