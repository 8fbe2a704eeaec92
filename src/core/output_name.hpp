// What an output is, told from its name: the one reading of it that every room goes by.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

namespace mosaic {

/// How the numbered pictures of one folder are called: <before><number><after>.
struct PictureNames {
  std::filesystem::path folder;
  std::string before;
  int digits = 6;     ///< least digits, padded with zeros; 0: no padding
  std::string after;  ///< with the ending, ".png" or ".jpg"
  [[nodiscard]] std::string name(std::int64_t number) const;
  /// The number in a name made by name(), or -1.
  [[nodiscard]] std::int64_t number_in(const std::string& name) const;
};

enum class OutputKind : std::uint8_t {
  pipe,         ///< "-", a video
  video,        ///< .mp4 .mkv .mov .webm
  gif,          ///< .gif
  still,        ///< .png .jpg .jpeg
  folder,       ///< is one, or ends in '/': numbered pictures by kFolderPattern
  numbered,     ///< a pattern for the names of pictures
  bad_pattern,  ///< meant as one, but says less or more than one number; see refuse_pattern()
  unknown,
};

/// Note [Numbered names]
/// Only names of pictures (.png .jpg .jpeg) are patterns. One has %d or %0Nd, N from 1 to 9, once.
/// What else looks like a number to print (%6d, which pads with blanks, %0d, %%d, two of them) is
/// refused, because it was meant as one. Every other '%' is part of a name, as in "sale 50%.mp4",
/// "100%.png" or "50%_%04d.png". A folder of that name comes before all of this.
struct OutputName {
  OutputKind kind = OutputKind::unknown;
  std::string ending;     ///< in lower case with its dot; of a folder that of its pictures
  PictureNames pictures;  ///< of a folder or a pattern
  [[nodiscard]] bool is_pictures() const {
    return kind == OutputKind::folder || kind == OutputKind::numbered;
  }
  [[nodiscard]] bool is_video() const {
    return kind == OutputKind::pipe || kind == OutputKind::video;
  }
};

/// What is written into a folder that is named without a pattern.
inline constexpr const char* kFolderPattern = "%06d.png";

/// Looks at the disk for one thing only: whether the output is a folder.
OutputName parse_output_name(const std::filesystem::path& output);

/// Throws the UsageError for a bad_pattern.
[[noreturn]] void refuse_pattern(const std::filesystem::path& output);

}  // namespace mosaic
