// Whole frames out of interlaced ones.
#pragma once

#include <deque>
#include <filesystem>
#include <functional>

#include "mosaic/render.hpp"
#include "mosaic/settings.hpp"
#include "video/libav.hpp"

namespace mosaic {

/// Passes frames through until one is interlaced (automatic) or from the first one on (on); then
/// runs FFmpeg's bwdif over all that follow: integer arithmetic, one frame out per frame in, of the
/// first field's moment. Frames that are not flagged pass unchanged in automatic mode.
class Deinterlacer {
 public:
  using Reader = std::function<bool(AVFrame&)>;

  Deinterlacer(Deinterlace choice, std::filesystem::path path, AVRational time_base,
               const RenderObserver& observer);

  /// Next frame into `frame`, reading from `source` as needed; false at the end. Time stamp,
  /// duration and damage are those of the frame it was made of.
  bool next(AVFrame& frame, const Reader& source);

 private:
  /// What the filter does not have to be trusted with.
  struct Kept {
    std::int64_t best_effort_timestamp, pts, duration;
  };

  [[nodiscard]] bool wanted(const AVFrame& frame) const;
  bool open_graph(const AVFrame& frame);
  void push(AVFrame* frame);
  bool pull(AVFrame& frame);

  Deinterlace choice_;
  std::filesystem::path path_;
  AVRational time_base_;
  const RenderObserver& observer_;
  FilterGraph graph_;
  AVFilterContext* source_ = nullptr;  ///< owned by graph_
  AVFilterContext* sink_ = nullptr;    ///< owned by graph_
  FramePtr waiting_;                   ///< read, not yet pushed
  std::deque<Kept> kept_;              ///< of the frames inside the graph
  int format_ = AV_PIX_FMT_NONE;       ///< of the graph
  Size size_;
  bool has_waiting_ = false;
  bool draining_ = false;
  bool told_ = false;
};

}  // namespace mosaic
