# Finds LibTorch as MOSAIC_TORCH wants it: sets Torch_FOUND, TORCH_LIBRARIES, TORCH_INCLUDE_DIRS and
# Torch_VERSION. To be included where it is linked, as LibTorch's package file changes compiler flags.
#
# The folder into which scripts/torch.sh puts the CPU part of a wheel comes last, after what CMAKE_PREFIX_PATH
# names and what the distribution has.
set(cache_folder "$ENV{XDG_CACHE_HOME}")
if(cache_folder STREQUAL "")
  set(cache_folder "$ENV{HOME}/.cache")
endif()
set(MOSAIC_TORCH_DIR "${cache_folder}/mosaic-temporal/torch" CACHE PATH
    "Folder of scripts/torch.sh, used where no other LibTorch is found; empty: none")

# A CUDA LibTorch asks which cards kernels are to be compiled for, and without an answer runs a test
# program on one. Nothing is compiled here: its kernels are in it.
if(NOT DEFINED TORCH_CUDA_ARCH_LIST AND NOT DEFINED ENV{TORCH_CUDA_ARCH_LIST})
  set(TORCH_CUDA_ARCH_LIST "9.0")
endif()
# A wheel's folder is named by torch/share/cmake, in which its libraries are not: where the
# distribution has a LibTorch too, the wheel would be linked with libc10 of that one.
foreach(prefix ${CMAKE_PREFIX_PATH})
  cmake_path(SET torch_root NORMALIZE "${prefix}/../..")
  if(EXISTS ${torch_root}/lib/libc10.so)
    list(PREPEND CMAKE_PREFIX_PATH ${torch_root})
  endif()
endforeach()

set(Torch_FOUND FALSE)
if(NOT MOSAIC_TORCH STREQUAL "OFF")
  find_package(Torch QUIET)
endif()
# Not by the wheel's own package file: PyPI's wants nvcc, and nothing of CUDA is linked here.
if(NOT Torch_FOUND AND NOT MOSAIC_TORCH STREQUAL "OFF" AND EXISTS "${MOSAIC_TORCH_DIR}/version")
  file(STRINGS "${MOSAIC_TORCH_DIR}/version" Torch_VERSION LIMIT_COUNT 1)
  set(TORCH_LIBRARIES ${MOSAIC_TORCH_DIR}/torch/lib/libtorch_cpu.so
                      ${MOSAIC_TORCH_DIR}/torch/lib/libc10.so)
  set(TORCH_INCLUDE_DIRS ${MOSAIC_TORCH_DIR}/torch/include
                         ${MOSAIC_TORCH_DIR}/torch/include/torch/csrc/api/include)
  set(TORCH_CXX_FLAGS "")
  set(Torch_FOUND TRUE)
endif()
if(NOT Torch_FOUND AND MOSAIC_TORCH STREQUAL "ON")
  message(FATAL_ERROR "MOSAIC_TORCH is ON, but Torch is not found; see docs/flow.md")
endif()

# With the older ABI of std::string, std::regex in LibTorch binds to that of other libraries of the
# program and frees what it does not own. Wheels from 2.7 on have the current ABI.
if(Torch_FOUND AND "${TORCH_CXX_FLAGS}" MATCHES "_GLIBCXX_USE_CXX11_ABI=0")
  set(why "this LibTorch has the older ABI of std::string; take a wheel of torch 2.7 or newer")
  if("${MOSAIC_TORCH}" STREQUAL "ON")
    message(FATAL_ERROR "MOSAIC_TORCH is ON, but ${why}")
  endif()
  message(STATUS "--flow raft: ${why}")
  set(Torch_FOUND FALSE)
endif()
