// render() for one of several jobs.
#pragma once

#include <optional>

#include "mosaic/render.hpp"
#include "mosaic/run_context.hpp"
#include "pipeline/library_shelf.hpp"

namespace mosaic {

struct RepeatedRender {
  std::optional<RenderSummary> made;     ///< unset: was done before
  ExitCode earlier_code = ExitCode::ok;  ///< then: of the run that made it
};

/// Like render(), but leaves an output alone that this very job has finished before
/// (job/done_log.hpp) and is as it was. Remembers what it finishes. Throws OutputError naming what
/// differs when the output was made otherwise and may not be replaced.
RepeatedRender render_unless_done(const Settings& settings, const RenderObserver& observer,
                                  const RunContext& context, LibraryShelf& shelf);

}  // namespace mosaic
