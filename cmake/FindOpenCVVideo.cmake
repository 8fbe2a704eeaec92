# The optical flow of OpenCV: its core, imgproc and video libraries and nothing else. OpenCV's own
# package file would do, but distributions ship it only with all of OpenCV.
find_path(OpenCVVideo_INCLUDE_DIR opencv2/video/tracking.hpp PATH_SUFFIXES opencv4)
set(OpenCVVideo_LIBRARIES)
set(opencv_parts)
foreach(part video imgproc core)
  find_library(OpenCVVideo_${part}_LIBRARY opencv_${part})
  list(APPEND opencv_parts OpenCVVideo_${part}_LIBRARY)
  list(APPEND OpenCVVideo_LIBRARIES ${OpenCVVideo_${part}_LIBRARY})
endforeach()
mark_as_advanced(OpenCVVideo_INCLUDE_DIR ${opencv_parts})

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(OpenCVVideo REQUIRED_VARS OpenCVVideo_INCLUDE_DIR ${opencv_parts})
