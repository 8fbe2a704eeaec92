#include "parity/check_parity.hpp"

#include <algorithm>
#include <chrono>
#include <iomanip>
#include <memory>
#include <string>
#include <vector>

#include "core/isa.hpp"
#include "mosaic/error.hpp"
#include "parity/parity_scene.hpp"
#include "registry/backends.hpp"

namespace mosaic {
namespace {

constexpr int kSizes_px[] = {15, 16, 31, 32, 63, 64};
constexpr int kColumnWidth = 13;
constexpr int kNameWidth = 20;

/// A way to compute: a device, and on the CPU an instruction set.
struct Contender {
  std::string name;
  const BackendEntry* entry;
  SimdChoice simd;
};

/// The plain CPU first: what all others are compared with.
std::vector<Contender> contenders(std::string& missing) {
  std::vector<Contender> found;
  for (const BackendEntry& entry : backends()) {
    if (entry.name == "cpu") {
      std::vector<Contender> cpu;
      for (const Isa isa : supported_isas()) {
        cpu.push_back({"cpu " + std::string(isa_name(isa)), &entry, parity::choice_of(isa)});
      }
      found.insert(found.begin(), cpu.begin(), cpu.end());
    } else if (const std::string reason = entry.missing(); reason.empty()) {
      found.push_back({std::string(entry.name), &entry, SimdChoice::automatic});
    } else {
      missing += std::string(missing.empty() ? "" : "; ") + std::string(entry.name) + ": " + reason;
    }
  }
  return found;
}

std::vector<parity::ParitySetting> settings_of(const CheckParityOptions& options) {
  std::vector<int> sizes(std::begin(kSizes_px), std::end(kSizes_px));
  if (options.tile_size_px) sizes = {*options.tile_size_px};
  const int cells = options.columns * options.rows;
  std::vector<parity::ParitySetting> settings;
  for (const int size : sizes) {
    for (const bool grey : {true, false}) {
      for (const int photos : {std::max(1, cells / 2), 5 * cells}) {
        // Half of them as a video's frames come, half as pictures do and resized.
        const bool yuv = grey == (photos < cells);
        settings.push_back(
            {size, 5, photos, 1, 50.0, !yuv, yuv, options.columns, options.rows, grey});
      }
    }
  }
  return settings;
}

double milliseconds_of(const parity::ParityScene::Step& step, Backend& backend,
                       parity::Outcome& outcome, int repeat) {
  double least = 0.0;
  for (int i = 0; i < repeat; ++i) {
    const auto start = std::chrono::steady_clock::now();
    step.work(backend, outcome);
    const double took =
        std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
    least = i == 0 ? took : std::min(least, took);
  }
  return least;
}

class Table {
 public:
  Table(std::ostream& out, const std::vector<Contender>& contenders) : out_(out) {
    out_ << "milliseconds per call; bits against " << contenders.front().name << "\n"
         << std::left << std::setw(kNameWidth) << "operation";
    for (const Contender& contender : contenders) {
      out_ << std::right << std::setw(kColumnWidth) << contender.name;
    }
    out_ << "  bits\n";
  }
  void heading(const parity::ParitySetting& setting, int tiles) {
    out_ << "\n"
         << setting.tile_size_px << " px, " << (setting.grey ? "grey" : "colour")
         << (setting.yuv ? " YUV" : " RGB") << (setting.resized ? " resized" : "") << ", "
         << setting.columns << "x" << setting.rows << " cells, " << tiles << " tiles\n";
  }
  void row(const std::string& name, const std::vector<double>& milliseconds,
           const std::string& wrong) {
    out_ << std::left << std::setw(kNameWidth) << name << std::right << std::fixed
         << std::setprecision(3);
    for (const double time : milliseconds) out_ << std::setw(kColumnWidth) << time;
    out_ << "  " << (wrong.empty() ? "equal" : "DIFFER: " + wrong) << "\n" << std::flush;
  }

 private:
  std::ostream& out_;
};

/// One setting on all contenders; returns how many calls were made and adds what differs.
int compare(const parity::ParitySetting& setting, const CheckParityOptions& options,
            const std::vector<Contender>& contenders, ThreadPool& pool, Table& table,
            std::vector<std::string>& wrong) {
  const parity::ParityScene scene(setting,
                                  options.seed + static_cast<unsigned>(setting.tile_size_px));
  table.heading(setting, scene.tiles());
  std::vector<std::unique_ptr<Backend>> made;
  made.reserve(contenders.size());
  for (const Contender& contender : contenders) {
    made.push_back(contender.entry->make(scene.context(contender.simd, pool)));
  }
  std::vector<parity::Outcome> outcomes(contenders.size());
  std::vector<bool> failed(contenders.size(), false);  // what follows from a fault is not another
  int calls = 0;
  for (const parity::ParityScene::Step& step : scene.steps(false)) {
    std::vector<double> times;
    std::string differing;
    for (std::size_t i = 0; i < contenders.size(); ++i) {
      times.push_back(milliseconds_of(step, *made[i], outcomes[i], options.repeat));
      ++calls;
      if (i == 0 || failed[i]) continue;
      const std::vector<std::string> names = parity::differences(outcomes[i], outcomes[0]);
      if (names.empty()) continue;
      failed[i] = true;
      differing += (differing.empty() ? "" : "; ") + contenders[i].name + " in " + names.front();
      wrong.push_back(contenders[i].name + ", " + std::to_string(setting.tile_size_px) + " px, " +
                      step.name + ": " + names.front());
    }
    table.row(step.name, times, differing);
  }
  return calls;
}

}  // namespace

void check_parity(const CheckParityOptions& options, std::ostream& out) {
  std::string missing;
  const std::vector<Contender> all = contenders(missing);
  ThreadPool pool(options.threads);
  Table table(out, all);
  std::vector<std::string> wrong;
  int calls = 0;
  for (const parity::ParitySetting& setting : settings_of(options)) {
    calls += compare(setting, options, all, pool, table, wrong);
  }
  out << "\n" << calls << " calls, " << wrong.size() << " with other bits\n" << std::flush;
  if (!wrong.empty()) {
    throw VerifyError(wrong.front() + " differs from " + all.front().name,
                      "all must give the same bits; please report it with this output");
  }
  if (!missing.empty()) {
    throw DeviceError(
        "only instruction sets of the CPU were compared, this machine has no other "
        "device: " +
            missing,
        "run it on a machine with an NVIDIA card");
  }
}

}  // namespace mosaic
