// What every backend asks of a request before it scores.
#pragma once

#include "backend/backend.hpp"

namespace mosaic {

/// Throws Error (a fault of the program) when the request does not fit `cells`, `photos` and
/// `candidates` per cell, or names a tile that is not among `tiles`.
void check_score_request(const ScoreRequest& request, int cells, int photos, int tiles,
                         int candidates);

}  // namespace mosaic
