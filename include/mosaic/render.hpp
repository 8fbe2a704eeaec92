// The main job: a video in, a mosaic video out.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "mosaic/error.hpp"
#include "mosaic/settings.hpp"

namespace mosaic {

/// One input that was left out or found damaged, and why.
struct SkippedInput {
  std::string name;    ///< path as the user would write it
  std::string reason;  ///< one short clause, no trailing full stop
};

/// What the observer hears while a render runs.
struct RenderProgress {
  std::string stage;        ///< "index" (photos are prepared), "render", "tiles", "compare" ...
  std::int64_t done = 0;    ///< photos or frames finished
  std::int64_t total = -1;  ///< -1: not known
  double elapsed_s = 0.0;   ///< since the stage began
  std::int64_t kept = 0;    ///< of `done`, finished by an earlier run
};

/// Listeners are called by the decoding, the computing and the encoding thread, possibly at the
/// same time; they do their own locking. What a listener throws ends the run as an error of its own
/// would. The flags below outlive the call that this is given to.
struct RenderObserver {
  std::function<void(const RenderProgress&)> progress;
  std::function<void(const std::string&)> info;     ///< shown with -v
  std::function<void(const std::string&)> notice;   ///< shown unless -q
  std::function<void(const std::string&)> warning;  ///< always shown

  /// Becomes true when the user asks to stop; null: never. Polled between frames and photos.
  const std::atomic<bool>* stop = nullptr;
  /// The same, when what this run is a part of has failed elsewhere.
  const std::atomic<bool>* abandoned = nullptr;

  /// Throws Interrupted when the user asked to stop; unwinding removes temporary files.
  void throw_if_stopped() const {
    for (const std::atomic<bool>* const flag : {stop, abandoned}) {
      if (flag != nullptr && flag->load(std::memory_order_relaxed)) throw Interrupted();
    }
  }
};

/// To one of an observer's listeners, if there is one.
inline void tell(const std::function<void(const std::string&)>& listener, const std::string& text) {
  if (listener) listener(text);
}

struct RenderSummary {
  std::int64_t frames_in = 0;
  std::int64_t frames_out = 0;
  std::int64_t frames_kept = 0;  ///< of these, made by an earlier run
  std::int64_t decode_errors = 0;
  std::vector<SkippedInput> skipped;
  [[nodiscard]] ExitCode exit_code() const {
    return skipped.empty() && decode_errors == 0 ? ExitCode::ok : ExitCode::skipped_inputs;
  }
};

/// Renders `settings.frames` with the photos of `settings.library.tiles` to `settings.output`.
/// The output appears under its name only when it is complete. A long job leaves what it has
/// finished in a folder beside the output when it fails or is stopped (docs/reliability.md).
/// Throws Error, Interrupted and PipeClosed.
RenderSummary render(const Settings& settings, const RenderObserver& observer);

}  // namespace mosaic
