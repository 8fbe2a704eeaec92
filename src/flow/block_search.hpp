// Whole-pixel motion by coarse-to-fine search of the sum of absolute differences.
#pragma once

#include <vector>

#include "core/parallel_for.hpp"
#include "flow/block_kernels.hpp"
#include "flow/block_layout.hpp"
#include "flow/pyramid.hpp"

namespace mosaic {

/// Displacement in whole pixels of one pyramid level.
struct Step {
  int x = 0;
  int y = 0;
  friend bool operator==(const Step&, const Step&) = default;
};

/// One direction of motion: where the blocks of `source` lie in `target`.
struct SearchPair {
  const BlockLayout& layout;
  const BlockKernels& kernels;
  const FlowPyramid& source;
  const FlowPyramid& target;
  int brightness = 0;  ///< added to the source: the whole picture got lighter or darker
};

/// A window's displacement must keep it inside the padded plane.
bool displacement_allowed(const SearchPair& pair, int level, int x, int y, int edge, Step step);

/// One vector per block of the layout, in pixels of level 0.
std::vector<Step> search_blocks(const SearchPair& pair, ThreadPool& pool);

}  // namespace mosaic
