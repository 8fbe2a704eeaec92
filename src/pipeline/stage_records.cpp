#include "pipeline/stage_records.hpp"

namespace mosaic {

StageRecords::StageRecords(const Settings& settings, const StageFault& fault, StageWatch* watch)
    : settings_(settings) {
  probe_.set_fault(fault);
  // Before the lines, so that what is not as it should be ends the run first.
  if (settings.manifest_check) {
    check_ = std::make_unique<ManifestCheck>(*settings.manifest_check);
    probe_.add(*check_);
  }
  if (watch != nullptr) probe_.add(*watch);
  if (settings.manifest) {
    writer_.emplace(*settings.manifest, settings.force);
    probe_.add(lines_);
  }
  wanted_ = check_ || watch != nullptr || writer_ || fault;
}

void StageRecords::begin(const RenderParts& parts, const RenderObserver& observer) {
  if (!writer_ && !check_) return;
  const Facts facts =
      manifest_facts(settings_, parts, [&observer] { observer.throw_if_stopped(); });
  if (check_) check_->require_same_job(facts, observer.warning);
  if (writer_) writer_->begin(facts, parts);
}

void StageRecords::write(const std::string& line) {
  if (writer_) writer_->write(line);
}

void StageRecords::end_frames(std::int64_t frames) const {
  probe_.require_complete();
  if (check_) check_->end_frames(frames);
}

void StageRecords::complete(std::int64_t frames, const std::filesystem::path& output,
                            std::optional<double> flow_rounding_edge_px) {
  if (!writer_ && !check_) return;
  end_ = {frames, hash_output(output), flow_rounding_edge_px};
  if (writer_) writer_->complete(end_);
}

void StageRecords::publish() {
  if (writer_) writer_->publish();
}

void StageRecords::judge(const RenderObserver& observer) const {
  if (!check_) return;
  const std::string file = check_->compare_file(end_.file);
  if (observer.notice) {
    observer.notice("check   " + std::to_string(end_.frames) + " frames" + file +
                    " as the manifest " + settings_.manifest_check->string() + " says");
  }
}

}  // namespace mosaic
