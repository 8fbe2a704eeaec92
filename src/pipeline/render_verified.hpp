// One job on the CPU and on the card, side by side.
#pragma once

#include "mosaic/run_context.hpp"

namespace mosaic {

/// Note [Twins]
/// Two whole runs: each decodes, decides, draws and encodes for itself; only the tiles are opened
/// once. What the card's run gives at a stage is compared with what the CPU's gave before it goes
/// on (TwinLedger), and at the end their files are. The output gets its name only then, and plan,
/// manifest and report after it: whoever finds one of them knows that all was equal. Both runs
/// check every certificate (Settings::certify). The output is a single file: numbered pictures have
/// none to compare.
///
/// Throws BusyError when another run has the output, DeviceError when there is no card, VerifyError
/// naming the first frame and stage that differs. Files that differ although all frames are equal
/// stay in the folder OUTPUT.verify.
RenderSummary render_verified(const Settings& settings, const RenderObserver& observer,
                              const RunContext& context);

}  // namespace mosaic
