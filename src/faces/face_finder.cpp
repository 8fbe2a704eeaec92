#include "faces/face_finder.hpp"

#include <algorithm>
#include <cstdint>
#include <string>

#include "core/resize.hpp"
#include "mosaic/error.hpp"

namespace mosaic {
namespace {

constexpr char kHowToGetIt[] =
    "build with OpenCV's object detection and its data (Debian: apt-get install "
    "libopencv-objdetect-dev opencv-data), or leave --faces away";
constexpr int kMostFaces = 256;

Size searched_size(Size size) {
  const int longest = std::max(size.width, size.height);
  if (longest <= kFaceSide_px) return size;
  const auto reduced = [longest](int side) {
    return std::max(1, static_cast<int>(std::int64_t{side} * kFaceSide_px / longest));
  };
  return {reduced(size.width), reduced(size.height)};
}

}  // namespace

FaceFinder::FaceFinder(ThreadPool& pool)
    : pool_(pool),
      module_(kFacesModuleFile, "--faces", kHowToGetIt),
      find_(module_.symbol<FacesFind>(kFacesFindSymbol)),
      detector_(nullptr, module_.symbol<FacesClose>(kFacesCloseSymbol)) {
  FacesFailure failure;
  detector_.reset(module_.symbol<FacesOpen>(kFacesOpenSymbol)(failure));
  if (detector_ == nullptr) {
    throw DeviceError(std::string("--faces: ") + failure.text, kHowToGetIt);
  }
}

std::vector<FaceBox> FaceFinder::find(const Plane& luma) {
  const Size size = searched_size(luma.size);
  const Plane small = resize(luma, Rect{0, 0, luma.size.width, luma.size.height}, size, pool_);
  std::vector<FaceBox> boxes(kMostFaces);
  int count = 0;
  FacesFailure failure;
  if (!find_(detector_.get(), small.pixels.data(), size.width, size.height, boxes.data(),
             kMostFaces, &count, failure)) {
    throw Error(ExitCode::unexpected, std::string("--faces failed: ") + failure.text,
                "leave --faces away");
  }
  boxes.resize(static_cast<std::size_t>(count));
  const auto scaled = [](int value, int from, int to) {
    return static_cast<int>(std::int64_t{value} * to / from);
  };
  for (FaceBox& box : boxes) {
    box = {scaled(box.x, size.width, luma.size.width), scaled(box.y, size.height, luma.size.height),
           scaled(box.width, size.width, luma.size.width),
           scaled(box.height, size.height, luma.size.height)};
  }
  return boxes;
}

}  // namespace mosaic
