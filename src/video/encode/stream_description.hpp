// What streams say of themselves, and whether a container's muxer takes it.
#pragma once

#include <string_view>

#include "video/libav.hpp"

namespace mosaic {

/// The tag's value, or empty.
std::string_view tag_value(const AVDictionary* dictionary, const char* key);

/// All tags but those that are wrong for the output or that its muxer writes itself.
void copy_tags(const AVDictionary* from, AVDictionary** to);

/// What a copied stream says about itself in the output. Throws std::bad_alloc.
void describe_copy(const AVStream& from, AVStream& to);

/// Whether the muxer writes a header for a copy of this stream. Throws std::bad_alloc.
bool header_takes(const AVOutputFormat& container, const AVStream& from);

/// The same, and the container is meant for this codec.
bool held_by(const AVOutputFormat& container, const AVStream& from);

}  // namespace mosaic
