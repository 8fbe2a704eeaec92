// Small pictures for the pool: many motifs, and colours from all over the gamut.
#pragma once

#include <cstdint>
#include <functional>
#include <span>

#include "demo/paint.hpp"
#include "mosaic/image.hpp"

namespace mosaic::demo {

/// A picture as a function of a point; the square -1..1 is always in view.
using Motif = std::function<Color(double u, double v)>;

/// The colours of one picture.
struct Palette {
  Color base;    ///< what most of the picture shows
  Color accent;  ///< what stands out
  Color dark;
  Color light;
};

using MotifMaker = Motif (*)(const Palette& palette, Random& random);

std::span<const MotifMaker> nature_motifs();
std::span<const MotifMaker> thing_motifs();

/// Picture `index` of the pool that `seed` stands for; independent of how many there are.
RgbImage draw_tile(std::uint64_t seed, int index);

}  // namespace mosaic::demo
