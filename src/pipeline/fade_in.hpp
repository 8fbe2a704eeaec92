// Where a fade from black will have ended, seen from its black frames.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "backend/backend.hpp"

namespace mosaic {

/// Note [Fades from black]
/// Tiles chosen for black say nothing of the picture that is about to come up, and whatever is done
/// about it afterwards is seen: exchanged one by one they boil, kept they fit badly for the whole
/// shot. So a shot that fades in is matched before it can be seen, by the frame at which the fade
/// has ended: its tiles come up with the light and are the right ones when it is there. To know
/// that frame, frames are read ahead, but only while the picture is black; nothing else of the
/// frames ahead is used, and every frame is drawn toward its own picture.
///
/// What decides is the mean luma of the frames ahead. It must rise without a jump (that would be a
/// cut) and then stop rising. A shot is matched where nothing can be seen, or else at the last
/// frame that is black: the end of a fade to black is left alone, and so is a night scene. A fade
/// too long to be seen whole is matched at the last black frame, too, by the lightest frame seen.
/// How far is seen depends on the size of the frames (frames_read_ahead()); a fade that rises too
/// little within the view is not taken for one, and matched frame by frame.

/// How light a picture is, in luma levels, 0 black to 255 white (full range).
struct Glance {
  int mean = 0;
  int lightest = 0;  ///< mean of the lightest of 16 x 9 blocks
};

/// Of every fourth sample of every fourth row; in integers.
Glance glance_at(const Picture& picture);

[[nodiscard]] bool is_black(const Glance& glance);

/// `ahead`: a black frame and those that follow it, as many as are read ahead or there are. The
/// index of the frame that the shot is matched by; nothing where no fade begins, or where it is too
/// early to tell and the next frame may be asked.
std::optional<std::size_t> fade_in_end(std::span<const Glance> ahead);

/// Frames read ahead of a black one, at most.
inline constexpr int kMostFramesAhead = 64;
/// Of these as many as fit 160 MB, for pictures of `bytes_per_frame`, but at least eight: the same
/// number on every machine.
[[nodiscard]] int frames_read_ahead(std::uint64_t bytes_per_frame);

}  // namespace mosaic
