#include "pipeline/render_verified.hpp"

#include <array>
#include <atomic>
#include <charconv>
#include <filesystem>
#include <optional>
#include <string>
#include <system_error>
#include <utility>

#include "core/output_file.hpp"
#include "pipeline/manifest.hpp"
#include "pipeline/render_job.hpp"
#include "pipeline/side_by_side.hpp"
#include "pipeline/twin_ledger.hpp"
#include "registry/backends.hpp"

namespace mosaic {
namespace {

namespace fs = std::filesystem;

void require_card() {
  for (const BackendEntry& entry : backends()) {
    if (entry.name != "cuda") continue;
    const std::string missing = entry.missing();
    if (missing.empty()) return;
    throw DeviceError("--verify compares a CUDA card with the CPU: " + missing,
                      "write a --manifest here and give it to --manifest-check on a machine that "
                      "has a card");
  }
}

/// OUTPUT.verify, with the files of both. Removed unless it is to be kept.
class TwinFolder {
 public:
  explicit TwinFolder(const fs::path& output) : ending_(output.extension()) {
    path_ = output;
    path_ += ".verify";
    std::error_code failure;
    if (!fs::create_directory(path_, failure)) {
      throw OutputError("cannot make the folder '" + path_.native() + "' for the two files: " +
                            (failure ? failure.message() : "it is already there"),
                        "remove it, or choose another --output");
    }
  }
  ~TwinFolder() {
    std::error_code ignored;
    if (!kept_) fs::remove_all(path_, ignored);
  }
  TwinFolder(const TwinFolder&) = delete;
  TwinFolder& operator=(const TwinFolder&) = delete;

  [[nodiscard]] fs::path file(const std::string& device) const {
    fs::path name = device;
    name += ending_;
    return path_ / name;
  }
  [[nodiscard]] const fs::path& path() const { return path_; }
  void keep() { kept_ = true; }

 private:
  fs::path path_;
  fs::path ending_;
  bool kept_ = false;
};

Settings twin_of(const Settings& settings, DeviceChoice device, const fs::path& output) {
  Settings twin = settings;
  twin.device = device;
  twin.output = output;
  twin.verify = false;
  twin.certify = true;
  // Kept frames are not computed, so there is nothing to compare.
  twin.resume = ResumeMode::off;
  twin.memory_limit = settings.memory_limit / 2;  // two of them work at once
  return twin;
}

Settings on_the_cpu(const Settings& settings, const fs::path& output) {
  Settings twin = twin_of(settings, DeviceChoice::cpu, output);
  twin.report.reset();
  twin.plan.reset();
  twin.manifest.reset();
  twin.manifest_check.reset();
  return twin;
}

std::string decimal(double value) {
  std::array<char, 32> text{};
  const auto end =
      std::to_chars(text.data(), text.data() + text.size(), value, std::chars_format::general, 3);
  return {text.data(), end.ptr};
}

std::string edge_text(const std::optional<double>& cpu, const std::optional<double>& card) {
  if (!cpu || !card) return "motion is found in integers";
  return "the motion vector that came nearest to another rounding was " + decimal(*cpu) +
         " px from it on the CPU, " + decimal(*card) + " px on the card";
}

void require_equal_files(TwinFolder& folder, const fs::path& cpu, const fs::path& card) {
  if (hash_output(cpu) == hash_output(card)) return;
  folder.keep();
  throw VerifyError("stage file differs although all frames are equal: compare " + cpu.string() +
                        " and " + card.string(),
                    "some encoders are not repeatable (docs/determinism.md)");
}

}  // namespace

RenderSummary render_verified(const Settings& settings, const RenderObserver& observer,
                              const RunContext& context) {
  require_card();
  OutputFile output(settings.output, settings.force);
  TwinFolder folder(settings.output);
  const Settings cpu_settings = on_the_cpu(settings, folder.file("cpu"));
  const Settings card_settings = twin_of(settings, DeviceChoice::cuda, folder.file("cuda"));

  std::atomic<bool> abandoned = false;
  RenderObserver card_observer = observer;
  card_observer.abandoned = &abandoned;
  RenderObserver cpu_observer;  // says nothing: it would say the same again
  cpu_observer.stop = observer.stop;
  cpu_observer.abandoned = &abandoned;
  RunContext cpu_context;
  cpu_context.identity = context.identity;

  TwinLedger ledger("cpu", "cuda");
  LibraryShelf shelf;
  Job card(card_settings, card_observer, context,
           {.shelf = &shelf,
            .fault = context.fault,
            .watch = &ledger.second(),
            .named = settings.output});
  Job cpu(cpu_settings, cpu_observer, cpu_context, {.shelf = &shelf, .watch = &ledger.first()});
  card.open();
  cpu.open();
  RenderSummary summary;
  run_side_by_side({[&] {
                      cpu.work();
                      ledger.first_is_done();
                    },
                    [&] {
                      summary = card.work();
                      ledger.second_is_done();
                    }},
                   [&] {
                     abandoned = true;
                     ledger.abandon();
                   });
  require_equal_files(folder, cpu_settings.output, card_settings.output);
  fs::rename(card_settings.output, output.temporary());
  output.commit();
  if (observer.notice) {
    observer.notice("verify  " + std::to_string(summary.frames_out) +
                    " frames: all stages and the files are equal on cpu and " +
                    std::string(card.device()) + "; " +
                    edge_text(cpu.flow_rounding_edge_px(), card.flow_rounding_edge_px()));
  }
  return summary;
}

}  // namespace mosaic
