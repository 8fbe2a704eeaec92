#include "mosaic/render.hpp"

#include "mosaic/run_context.hpp"
#include "pipeline/render_job.hpp"
#include "pipeline/render_repeated.hpp"
#include "pipeline/render_verified.hpp"

namespace mosaic {
namespace {

/// Kept frames are not computed again, so a check of all of them keeps none.
Settings without_kept_work(Settings settings) {
  if (settings.manifest_check) settings.resume = ResumeMode::off;
  return settings;
}

}  // namespace

RenderSummary render(const Settings& settings, const RenderObserver& observer,
                     const RunContext& context) {
  refuse_same_file(settings.frames, settings.output);
  if (settings.verify) return render_verified(settings, observer, context);
  const Settings used = without_kept_work(settings);
  Job job(used, observer, context, {.fault = context.fault});
  return *job.run();
}

RenderSummary render(const Settings& settings, const RenderObserver& observer) {
  return render(settings, observer, RunContext{});
}

RepeatedRender render_unless_done(const Settings& settings, const RenderObserver& observer,
                                  const RunContext& context, LibraryShelf& shelf) {
  refuse_same_file(settings.frames, settings.output);
  Job job(settings, observer, context, {.shelf = &shelf, .unless_done = true});
  std::optional<RenderSummary> made = job.run();
  const ExitCode earlier = made ? ExitCode::ok : job.earlier_code();
  return {std::move(made), earlier};
}

}  // namespace mosaic
