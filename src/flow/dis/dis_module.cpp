// libmosaic_dis.so: dense inverse search (Kroeger et al., ECCV 2016) by OpenCV.
#include <cstring>
#include <exception>
#include <opencv2/core.hpp>
#include <opencv2/core/version.hpp>
#include <opencv2/video/tracking.hpp>

#include "flow/dis/dis_interface.hpp"

extern "C" __attribute__((visibility("default"))) bool mosaic_dis_flow_v1(
    const unsigned char* first, const unsigned char* second, int width, int height, float* flow,
    mosaic::DisFailure& failure) noexcept {
  try {
    // DIS passes good vectors on within stripes of the picture, and OpenCV cuts one stripe per
    // thread: with one thread the result does not depend on the machine's number of cores.
    cv::setNumThreads(1);
    const auto grey = [&](const unsigned char* pixels) {
      return cv::Mat(height, width, CV_8UC1, const_cast<unsigned char*>(pixels));
    };
    cv::Mat found;
    cv::DISOpticalFlow::create(cv::DISOpticalFlow::PRESET_MEDIUM)
        ->calc(grey(first), grey(second), found);
    found.copyTo(cv::Mat(height, width, CV_32FC2, flow));
    return true;
  } catch (const std::exception& error) {
    std::strncpy(failure.text, error.what(), sizeof failure.text - 1);
    return false;
  }
}

extern "C" __attribute__((visibility("default"))) const char* mosaic_dis_opencv_version() noexcept {
  return CV_VERSION;
}
