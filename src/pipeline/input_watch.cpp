#include "pipeline/input_watch.hpp"

#include <system_error>
#include <utility>

#include "job/content_identity.hpp"
#include "mosaic/error.hpp"
#include "video/picture_names.hpp"
#include "video/standard_stream.hpp"

namespace mosaic {

InputWatch::InputWatch(std::filesystem::path frames) : frames_(std::move(frames)) {
  if (!is_standard_stream(frames_)) before_ = marks();
}

/// Empty when it is not there.
std::string InputWatch::marks() const {
  try {
    return writing_marks(frames_, is_frame_name);
  } catch (const InputError&) {
    return {};
  }
}

void InputWatch::glance() const {
  std::error_code failure;
  if (!std::filesystem::is_directory(frames_, failure)) require_unchanged();
}

void InputWatch::require_unchanged() const {
  if (before_.empty()) return;
  const std::string now = marks();
  if (now == before_) return;
  throw InputError("'" + frames_.native() + "' was " + (now.empty() ? "taken away" : "changed") +
                       " while it was read",
                   "run the same command again when nothing writes to it any more");
}

}  // namespace mosaic
