#pragma once

namespace mosaic {

/// Rounds down, also below zero; b is positive.
inline int floor_div(int a, int b) { return a >= 0 ? a / b : -((b - 1 - a) / b); }

}  // namespace mosaic
