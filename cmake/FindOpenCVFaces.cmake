# OpenCV's object detection (core, objdetect) and the cascade file for frontal faces, which
# distributions ship apart (Debian: opencv-data).
find_path(OpenCVFaces_INCLUDE_DIR opencv2/objdetect.hpp PATH_SUFFIXES opencv4)
find_file(OpenCVFaces_CASCADE haarcascade_frontalface_default.xml
          PATHS /usr/share /usr/local/share PATH_SUFFIXES opencv4/haarcascades opencv/haarcascades)
set(OpenCVFaces_LIBRARIES)
set(faces_parts)
foreach(part objdetect core)
  find_library(OpenCVFaces_${part}_LIBRARY opencv_${part})
  list(APPEND faces_parts OpenCVFaces_${part}_LIBRARY)
  list(APPEND OpenCVFaces_LIBRARIES ${OpenCVFaces_${part}_LIBRARY})
endforeach()
mark_as_advanced(OpenCVFaces_INCLUDE_DIR OpenCVFaces_CASCADE ${faces_parts})

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(OpenCVFaces REQUIRED_VARS OpenCVFaces_INCLUDE_DIR
                                  OpenCVFaces_CASCADE ${faces_parts})
