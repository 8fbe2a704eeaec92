// Where frames come from: a video, a folder of pictures, one picture.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "backend/backend.hpp"
#include "backend/card_frame.hpp"
#include "mosaic/image.hpp"
#include "mosaic/render.hpp"
#include "mosaic/settings.hpp"

namespace mosaic {

struct Rational {
  std::int64_t num = 0;
  std::int64_t den = 1;
  [[nodiscard]] double value() const { return static_cast<double>(num) / static_cast<double>(den); }
};

struct SourceInfo {
  Size size;                   ///< stored pixels, after rotation
  double sample_aspect = 1.0;  ///< width of a stored pixel over its height, after rotation
  Rational time_base{1, 25};   ///< of every timestamp below, in seconds
  Rational frame_rate{25, 1};  ///< average, for progress and encoders that need one
  YuvMatrix matrix = YuvMatrix::bt709;
  YuvRange range = YuvRange::limited;
  int color_primaries = 2;   ///< ITU-T H.273 code points of the frames handed out; 2: unspecified
  int color_transfer = 2;    ///< the same; never PQ or HLG, which are brought to BT.709
  std::int64_t frames = -1;  ///< announced by the container or counted in the folder; -1 unknown
  std::int64_t frames_estimate = -1;  ///< `frames`, or duration x rate: for progress only
  bool still = false;                 ///< exactly one picture: a still goes in and comes out
  bool rgb = true;                    ///< frames are handed out as RgbImage, else as YuvImage
  double decoder_bytes_per_px = 0.0;  ///< of a frame inside the decoder; 0: there is none
  std::string description;            ///< one line for the log: codec, size, rate, colour
};

struct SourceFrame {
  Picture picture;            ///< rotated as it is to be shown
  std::int64_t index = 0;     ///< 0, 1, 2, ... in presentation order
  std::int64_t pts = 0;       ///< in SourceInfo::time_base
  std::int64_t duration = 0;  ///< same unit; 0 unknown
};

class FrameSource {
 public:
  virtual ~FrameSource() = default;
  [[nodiscard]] virtual const SourceInfo& info() const = 0;
  /// Next frame in presentation order; false at the end (the decoder has been drained). The memory
  /// of the picture that `frame` holds may be used again.
  virtual bool read(SourceFrame& frame) = 0;
  /// Damage met so far: packets or frames the decoder could not make sense of.
  [[nodiscard]] virtual std::int64_t decode_errors() const = 0;
  /// Named inputs left out (duplicates and gaps in a folder, unreadable pictures) and damage.
  [[nodiscard]] virtual const std::vector<SkippedInput>& skipped() const = 0;
};

/// Where a video is to be decoded.
struct DecodePlace {
  DecodeChoice choice = DecodeChoice::cpu;
  CardContext card = {};  ///< looked at unless the choice is cpu
};

/// What a source is told besides its path.
struct SourceOptions {
  std::optional<double> fps = {};  ///< frame rate of a folder of pictures; unset: 25
  Deinterlace deinterlace = Deinterlace::automatic;  ///< of a video
  DecodePlace decode = {};                           ///< of a video
};

/// Which libraries decode and encode, with their versions: others may give other bytes.
std::string video_libraries();

/// Frames of a video file's shown stream, by its packets: at most one is shown of each. Reads the
/// file once and decodes nothing. 0 when there is none. Throws InputError, and Interrupted when the
/// observer wants to stop.
std::int64_t count_video_frames(const std::filesystem::path& path, const RenderObserver& observer);

/// Opens a video file, a folder of pictures or one picture.
/// Throws InputError: missing path, nothing readable, not a video, no frame.
///
/// Video: one file and nothing it points to (a play list is "not a video"). The largest video
/// stream is shown; cover art is not one. A frame of another size than the first is centre-cropped
/// to the first one's shape and resized, with one warning. Timestamps are strictly increasing.
/// HDR (PQ, HLG) and wide gamuts become BT.709 (video/decode/sdr.hpp), interlaced frames whole ones
/// (video/decode/deinterlacer.hpp); both are said in a notice.
///
/// Folder: regular files with a picture's ending, hidden ones left out, in natural order (digit
/// runs compare as numbers). Timestamps count the pictures used, so neither a gap in the numbers (a
/// warning) nor an unreadable picture (skipped) leaves a hole in time. Of two files with the same
/// number the first in byte order is used and the other skipped. Pictures of another size than the
/// first are fitted as above, each with a warning.
std::unique_ptr<FrameSource> open_frame_source(const std::filesystem::path& path,
                                               const SourceOptions& options,
                                               const RenderObserver& observer);

}  // namespace mosaic
