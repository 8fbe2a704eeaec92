#include "pipeline/render_verified.hpp"

#include <array>
#include <atomic>
#include <charconv>
#include <filesystem>
#include <optional>
#include <string>

#include "core/output_file.hpp"
#include "job/output_lock.hpp"
#include "pipeline/kept_work.hpp"
#include "pipeline/render_job.hpp"
#include "pipeline/side_by_side.hpp"
#include "pipeline/twin_folder.hpp"
#include "pipeline/twin_ledger.hpp"
#include "registry/backends.hpp"

namespace mosaic {
namespace {

namespace fs = std::filesystem;

constexpr int kTwins = 2;
constexpr char kCpu[] = "cpu";
constexpr char kCard[] = "cuda";

void require_card() {
  for (const BackendEntry& entry : backends()) {
    if (entry.name != kCard) continue;
    const std::string missing = entry.missing();
    if (missing.empty()) return;
    throw DeviceError("--verify compares a CUDA card with the CPU: " + missing,
                      "write a --manifest here and give it to --manifest-check on a machine that "
                      "has a card");
  }
}

Settings twin_of(const Settings& settings, DeviceChoice device, const fs::path& output) {
  Settings twin = settings;
  twin.device = device;
  twin.output = output;
  twin.verify = false;
  twin.certify = true;
  // Kept frames are not computed, so there is nothing to compare.
  twin.resume = ResumeMode::off;
  return twin;
}

Settings on_the_cpu(const Settings& settings, const fs::path& output) {
  Settings twin = twin_of(settings, DeviceChoice::cpu, output);
  twin.decode = DecodeChoice::cpu;
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
  if (!cpu || !card) return "motion was found in integers";
  return "the motion vector that came nearest to another rounding was " + decimal(*cpu) +
         " px from it on the CPU, " + decimal(*card) + " px on the card";
}

void tell_agreement(const RenderObserver& observer, const RenderSummary& summary, const Job& cpu,
                    const Job& card) {
  if (!observer.notice) return;
  observer.notice("verify  " + std::to_string(summary.frames_out) +
                  " frames: all stages and the files are equal on cpu and " +
                  std::string(card.device()) + "; " +
                  edge_text(cpu.flow_rounding_edge_px(), card.flow_rounding_edge_px()));
}

}  // namespace

RenderSummary render_verified(const Settings& settings, const RenderObserver& observer,
                              const RunContext& context) {
  require_card();
  const OutputLock lock(lock_place(settings.output));
  OutputFile output(settings.output, settings.force);
  TwinFolder folder(output);
  const Settings cpu_settings = on_the_cpu(settings, folder.file(kCpu));
  const Settings card_settings = twin_of(settings, DeviceChoice::cuda, folder.file(kCard));

  std::atomic<bool> abandoned = false;
  RenderObserver card_observer = observer;
  card_observer.abandoned = &abandoned;
  RenderObserver cpu_observer;  // says nothing: it would say the same again
  cpu_observer.stop = observer.stop;
  cpu_observer.abandoned = &abandoned;
  RunContext cpu_context;
  cpu_context.identity = context.identity;

  TwinLedger ledger(kCpu, kCard);
  LibraryShelf shelf;
  Job card(card_settings, card_observer, context,
           {.shelf = &shelf,
            .fault = context.fault,
            .watch = &ledger.second(),
            .named = settings.output,
            .twins = kTwins,
            .holds_records = true});
  Job cpu(cpu_settings, cpu_observer, cpu_context,
          {.shelf = &shelf, .watch = &ledger.first(), .twins = kTwins});
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
  require_equal_files(folder, kCpu, kCard);
  card.complete_records(folder.file(kCard));
  publish(folder, kCard, output);
  card.publish_records();
  tell_agreement(observer, summary, cpu, card);
  return summary;
}

}  // namespace mosaic
