// libmosaic_faces.so: frontal faces by OpenCV's cascade of boosted Haar features (Viola & Jones,
// "Rapid object detection using a boosted cascade of simple features", 2001).
#include <algorithm>
#include <cstring>
#include <exception>
#include <opencv2/core.hpp>
#include <opencv2/objdetect.hpp>
#include <vector>

#include "faces/faces_interface.hpp"

#define MOSAIC_EXPORT extern "C" __attribute__((visibility("default")))

namespace {

void describe(const char* what, mosaic::FacesFailure& failure) {
  std::strncpy(failure.text, what, sizeof failure.text - 1);
}

}  // namespace

MOSAIC_EXPORT void* mosaic_faces_open_v1(mosaic::FacesFailure& failure) noexcept {
  try {
    // Detections are grouped in the order in which threads deliver them.
    cv::setNumThreads(1);
    auto* detector = new cv::CascadeClassifier;
    if (detector->load(MOSAIC_FACE_CASCADE)) return detector;
    delete detector;
    describe("cannot read " MOSAIC_FACE_CASCADE, failure);
  } catch (const std::exception& error) {
    describe(error.what(), failure);
  }
  return nullptr;
}

MOSAIC_EXPORT bool mosaic_faces_find_v1(void* detector, const unsigned char* grey, int width,
                                        int height, mosaic::FaceBox* boxes, int capacity,
                                        int* count, mosaic::FacesFailure& failure) noexcept {
  try {
    const cv::Mat picture(height, width, CV_8UC1, const_cast<unsigned char*>(grey));
    std::vector<cv::Rect> found;
    constexpr double kScaleStep = 1.1;
    constexpr int kNeighbours = 5;  // overlapping finds that make a face
    static_cast<cv::CascadeClassifier*>(detector)->detectMultiScale(picture, found, kScaleStep,
                                                                    kNeighbours);
    *count = std::min(capacity, static_cast<int>(found.size()));
    for (int i = 0; i < *count; ++i) {
      const cv::Rect& face = found[static_cast<std::size_t>(i)];
      boxes[i] = {face.x, face.y, face.width, face.height};
    }
    return true;
  } catch (const std::exception& error) {
    describe(error.what(), failure);
    return false;
  }
}

MOSAIC_EXPORT void mosaic_faces_close_v1(void* detector) noexcept {
  delete static_cast<cv::CascadeClassifier*>(detector);
}
