#include "cli/effect_checks.hpp"

#include <unistd.h>

#include <string>
#include <string_view>

#include "mosaic/error.hpp"

namespace mosaic::cli {
namespace {

void check_effect(const Resolved& resolved, const OutputName& output) {
  const Settings& settings = resolved.request.settings;
  if (settings.encode.fps && !is_folder(settings.frames)) {
    throw UsageError("--fps is for folders of pictures; " + settings.frames.string() +
                         " is a file, and its timestamps are kept",
                     "leave out --fps");
  }
  if (settings.deinterlace != Deinterlace::automatic && is_folder(settings.frames)) {
    throw UsageError(
        "--deinterlace is for videos; " + settings.frames.string() + " is a folder of pictures",
        "leave out --deinterlace");
  }
  if (settings.decode == DecodeChoice::nvdec && is_folder(settings.frames)) {
    throw UsageError(
        "--decode is for videos; " + settings.frames.string() + " is a folder of pictures",
        "leave out --decode");
  }
  if (settings.library.tile_step != 1 && is_folder(settings.library.tiles)) {
    throw UsageError("--tile-step is for videos as --tiles; " + settings.library.tiles.string() +
                         " is a folder, of which every photo is used",
                     "leave out --tile-step");
  }
  if (output.kind == OutputKind::still && resolved.source_of("scene-cuts") == Source::flag) {
    throw UsageError(
        "--scene-cuts is for more than one frame; " + settings.output.string() + " is one picture",
        "leave out --scene-cuts");
  }
  if (settings.certify && settings.match.placement == Placement::diffusion) {
    throw UsageError("--certify checks proofs of optimality; --placement diffusion has none",
                     "leave out --certify, or use --placement exact");
  }
  if (output.is_video()) return;
  for (const std::string_view name : {"codec", "crf", "encoder-preset"}) {
    if (resolved.source_of(name) == Source::flag) {
      throw UsageError("--" + std::string(name) + " is for .mp4, .mkv, .mov and .webm; " +
                           settings.output.string() + " has no video encoder",
                       "leave it out or choose another --output");
    }
  }
}

/// What compares computes every frame, and --verify does so twice.
void check_comparison(const Settings& settings, const OutputName& output) {
  const bool resumes = settings.resume == ResumeMode::on || settings.resume == ResumeMode::fresh;
  if (resumes && (settings.verify || settings.manifest_check)) {
    throw UsageError(std::string(settings.verify ? "--verify" : "--manifest-check") +
                         " computes every frame anew, --resume keeps frames",
                     "leave out one of them");
  }
  if (!settings.verify) return;
  if (settings.device == DeviceChoice::cpu) {
    throw UsageError(
        "--verify compares the CPU with the card; --device cpu leaves no card",
        "leave out --device, or use --manifest here and --manifest-check where a card is");
  }
  if (settings.frames == "-" || settings.output == "-") {
    throw UsageError(
        "--verify renders twice and compares files; a pipe can be neither read nor "
        "compared",
        "name files");
  }
  if (output.is_pictures()) {
    throw UsageError(
        "--verify compares files, and '" + settings.output.string() + "' is many pictures",
        "make a video, or compare them by --manifest and --manifest-check");
  }
}

/// A preview is one picture; what belongs to a whole run would do nothing.
void check_preview(const Resolved& resolved) {
  const Settings& settings = resolved.request.settings;
  if (!resolved.request.preview.on) return;
  const auto refuse = [](const std::string& flag) {
    throw UsageError(flag + " is for whole runs, not for --preview", "leave out one of them");
  };
  if (settings.plan) refuse("--plan");
  if (settings.report) refuse("--report");
  if (settings.manifest) refuse("--manifest");
  if (settings.manifest_check) refuse("--manifest-check");
  if (settings.verify) refuse("--verify");
  if (resolved.source_of("range") != Source::standard) refuse("--range");
}

/// A dry run looks at files that can be read again, and has standard output for itself.
void check_dry_run(const Request& request) {
  if (!request.dry_run) return;
  const Settings& settings = request.settings;
  if (settings.frames == "-" || settings.output == "-") {
    throw UsageError("--dry-run needs files, not pipes", "name files");
  }
  if (settings.verify) {
    throw UsageError("--dry-run looks at one run, and --verify makes two", "leave out one of them");
  }
  if (request.preview.on) {
    throw UsageError("--preview and --dry-run contradict each other", "leave out one of them");
  }
}

/// --frames - and --output -.
void check_standard_streams(const Request& request) {
  const Settings& settings = request.settings;
  const bool from_pipe = settings.frames == "-";
  const bool to_pipe = settings.output == "-";
  if (from_pipe && isatty(STDIN_FILENO) == 1) {
    throw UsageError("--frames - reads a video from standard input, which is a terminal",
                     "pipe a video in, or name a file");
  }
  if (to_pipe && isatty(STDOUT_FILENO) == 1) {
    throw UsageError("--output - writes a video to standard output, which is a terminal",
                     "pipe it into a program, or name a file");
  }
  if (!to_pipe && !settings.encode.format.empty()) {
    throw UsageError("--format is for --output -; the ending of " + settings.output.string() +
                         " says what to write",
                     "leave out --format");
  }
  if (to_pipe && request.tells_lines()) {
    throw UsageError("--output - and --json would both write to standard output",
                     "leave out one of them");
  }
  if ((from_pipe || to_pipe) && request.preview.on) {
    throw UsageError("--preview needs files, not pipes", "name files");
  }
}

}  // namespace

void check_effects(const Resolved& resolved, const OutputName& output) {
  check_effect(resolved, output);
  check_preview(resolved);
  check_comparison(resolved.request.settings, output);
  check_dry_run(resolved.request);
  check_standard_streams(resolved.request);
}

}  // namespace mosaic::cli
