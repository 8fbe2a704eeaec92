// What every backend asks of a request before it draws.
#pragma once

#include "backend/backend.hpp"

namespace mosaic {

/// Throws Error (a fault of the program) when the request does not fit the grid or names a tile
/// that is not among `tiles`.
void check_compose_request(const ComposeRequest& request, const GridGeometry& geometry, int tiles);

}  // namespace mosaic
