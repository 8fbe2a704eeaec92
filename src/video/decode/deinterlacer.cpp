#include "video/decode/deinterlacer.hpp"

#include <new>
#include <string>
#include <utility>

#include "mosaic/error.hpp"
#include "video/decode/card_decoder.hpp"
#include "video/sources.hpp"

extern "C" {
#include <libavfilter/buffersink.h>
#include <libavfilter/buffersrc.h>
}

namespace mosaic {

Deinterlacer::Deinterlacer(Deinterlace choice, std::filesystem::path path, AVRational time_base,
                           const RenderObserver& observer)
    : choice_(choice),
      path_(std::move(path)),
      time_base_(time_base),
      observer_(observer),
      waiting_(make_frame()) {}

bool Deinterlacer::wanted(const AVFrame& frame) const {
  return choice_ == Deinterlace::on ||
         (choice_ == Deinterlace::automatic && frame_is_interlaced(frame));
}

bool Deinterlacer::next(AVFrame& frame, const Reader& source) {
  for (;;) {
    if (graph_ && pull(frame)) return true;
    if (!has_waiting_) {
      has_waiting_ = source(*waiting_);
      if (!has_waiting_) {
        if (!graph_) return false;
        push(nullptr);
        continue;
      }
    }
    const bool same = waiting_->format == format_ && waiting_->width == size_.width &&
                      waiting_->height == size_.height;
    if (graph_ && !same) {
      push(nullptr);  // the rest of the old size first
      continue;
    }
    has_waiting_ = false;
    if (!graph_ && !(wanted(*waiting_) && open_graph(*waiting_))) {
      av_frame_unref(&frame);
      av_frame_move_ref(&frame, waiting_.get());
      return true;
    }
    forget_card_frame(*waiting_);  // what comes out of the filter is not on the card
    kept_.push_back({waiting_->best_effort_timestamp, waiting_->pts, frame_duration(*waiting_)});
    push(waiting_.get());
  }
}

/// False when this kind of frame cannot be filtered; said once.
bool Deinterlacer::open_graph(const AVFrame& frame) {
  const auto say = [&](const std::string& text) {
    if (!std::exchange(told_, true)) tell(observer_.notice, shown_name(path_) + " " + text);
  };
  FilterGraph graph(avfilter_graph_alloc());
  if (!graph) throw std::bad_alloc();
  graph->nb_threads = 1;
  // A conversion slipped in before or after would not be ours to answer for.
  avfilter_graph_set_auto_convert(graph.get(), AVFILTER_AUTO_CONVERT_NONE);
  const std::string text =
      "buffer@in=video_size=" + std::to_string(frame.width) + "x" + std::to_string(frame.height) +
      ":pix_fmt=" + std::to_string(frame.format) + ":time_base=" + std::to_string(time_base_.num) +
      "/" + std::to_string(time_base_.den) + ":pixel_aspect=1/1[in];[in]bwdif=mode=send_frame:" +
      "parity=auto:deint=" + (choice_ == Deinterlace::on ? "all" : "interlaced") +
      "[out];[out]buffersink@out";
  AVFilterInOut* inputs = nullptr;
  AVFilterInOut* outputs = nullptr;
  take_ffmpeg_error();
  int result = avfilter_graph_parse2(graph.get(), text.c_str(), &inputs, &outputs);
  avfilter_inout_free(&inputs);
  avfilter_inout_free(&outputs);
  if (result >= 0) result = avfilter_graph_config(graph.get(), nullptr);
  if (result == AVERROR(ENOMEM)) throw std::bad_alloc();
  if (result < 0) {
    const std::string why = take_ffmpeg_error();
    say("is interlaced, but cannot be deinterlaced (" +
        (why.empty() ? av_error_text(result) : why) + "); frames are used as they are");
    return false;
  }
  source_ = avfilter_graph_get_filter(graph.get(), "buffer@in");
  sink_ = avfilter_graph_get_filter(graph.get(), "buffersink@out");
  if (source_ == nullptr || sink_ == nullptr) throw std::logic_error("deinterlacing filter graph");
  graph_ = std::move(graph);
  format_ = frame.format;
  size_ = Size{frame.width, frame.height};
  draining_ = false;
  say(choice_ == Deinterlace::on ? "is deinterlaced (bwdif)"
                                 : "is interlaced and is deinterlaced (bwdif; --deinterlace off "
                                   "uses its frames as they are)");
  return true;
}

/// Gives the graph a frame, or its end.
void Deinterlacer::push(AVFrame* frame) {
  if (frame == nullptr) draining_ = true;
  const int result = av_buffersrc_add_frame_flags(source_, frame, 0);
  if (result == AVERROR(ENOMEM)) throw std::bad_alloc();
  if (result < 0) {
    throw InputError("cannot deinterlace '" + shown_name(path_) + "': " + av_error_text(result),
                     "use --deinterlace off");
  }
}

/// A finished frame, if there is one; closes the graph when it has given its last.
bool Deinterlacer::pull(AVFrame& frame) {
  av_frame_unref(&frame);
  const int result = av_buffersink_get_frame(sink_, &frame);
  if (result >= 0) {
    if (!kept_.empty()) {
      const Kept times = kept_.front();
      kept_.pop_front();
      frame.best_effort_timestamp = times.best_effort_timestamp;
      frame.pts = times.pts;
      set_frame_duration(frame, times.duration);
    }
    return true;
  }
  if (result == AVERROR(EAGAIN) && !draining_) return false;
  if (result == AVERROR(ENOMEM)) throw std::bad_alloc();
  if (result != AVERROR_EOF && result != AVERROR(EAGAIN)) {
    throw InputError("cannot deinterlace '" + shown_name(path_) + "': " + av_error_text(result),
                     "use --deinterlace off");
  }
  graph_.reset();
  kept_.clear();
  return false;
}

}  // namespace mosaic
