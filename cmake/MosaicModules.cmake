# Parts that are loaded on demand: shared modules around large libraries, and data files.
#
# The build tree has the layout of an installation (bin, lib/mosaic-temporal,
# share/mosaic-temporal), so that the program finds its parts in both by the same rule.
set(MOSAIC_TORCH AUTO CACHE STRING "Build --flow raft: ON, OFF or AUTO (if LibTorch is found)")
set(MOSAIC_OPENCV AUTO CACHE STRING "Build --flow dis: ON, OFF or AUTO (if OpenCV is found)")
set_property(CACHE MOSAIC_TORCH MOSAIC_OPENCV PROPERTY STRINGS AUTO ON OFF)

# mosaic_find_optional(MOSAIC_X Package [find_package arguments]): sets <Package>_FOUND as the cache
# variable MOSAIC_X wants it, and says what that means. Call it where the package is used: some
# packages change compiler flags of the directory they are found in.
macro(mosaic_find_optional option package)
  set(${package}_FOUND FALSE)
  if(NOT "${${option}}" STREQUAL "OFF")
    find_package(${package} QUIET ${ARGN})
    if(NOT ${package}_FOUND AND "${${option}}" STREQUAL "ON")
      message(FATAL_ERROR "${option} is ON, but ${package} is not found; see docs/flow.md")
    endif()
  endif()
endmacro()

# mosaic_module(NAME SOURCES ... [LINKS ...]): lib<NAME>.so beside the program's other modules.
function(mosaic_module name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LINKS" ${ARGN})
  add_library(${name} MODULE ${ARG_SOURCES})
  target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR}/src)
  target_link_libraries(${name} PRIVATE Threads::Threads ${CMAKE_DL_LIBS} ${ARG_LINKS})
  set_target_properties(${name} PROPERTIES
                        LIBRARY_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/lib/mosaic-temporal
                        CXX_VISIBILITY_PRESET hidden
                        INSTALL_RPATH_USE_LINK_PATH ON)
  install(TARGETS ${name} LIBRARY DESTINATION lib/mosaic-temporal)
endfunction()
