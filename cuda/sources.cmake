# What the CUDA backend is made of, for the card (cuda/CMakeLists.txt) and for the emulated device of
# the tests (tests/support/cuda_emulator).
set(MOSAIC_CUDA_KERNELS
  candidate_lists.cu
  compose.cu
  convert.cu
  describe.cu
  packed_features.cu
  seams.cu
  ssim.cu)
set(MOSAIC_CUDA_HOST
  cuda_backend.cpp
  device.cpp
  errors.cpp
  frame_slot.cpp
  kernels.cpp
  painter.cpp
  scorer.cpp
  stream.cpp
  tile_store.cpp
  timeline.cpp)
