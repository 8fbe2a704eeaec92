// Knowing an input again.
#pragma once

#include <filesystem>
#include <functional>
#include <string>

namespace mosaic {

/// Note [Same input]
/// Two inputs are the same when they have the same bytes: the hash of a file, or of the names and
/// bytes of the files of a folder. A sample of the bytes would miss the part of a download that was
/// still a hole, and a name or a date says nothing about bytes. Reading a film once costs little
/// against making a mosaic of it. It need not be read again while its marks are those of the first
/// time: device, inode, size, times of modification and of change, the last of which no program can
/// set.
struct ContentIdentity {
  std::string marks;
  std::string hash;
};

/// Which files of a folder count, by their names; empty: all.
using NameFilter = std::function<bool(const std::string& name)>;

/// ContentIdentity::marks alone. Throws InputError when a file is not there.
std::string content_marks(const std::filesystem::path& path, const NameFilter& wanted = {});

/// What changes when somebody writes to a file, puts another in its place or changes which files
/// are in the folder: size, time of modification, of a single file device and inode too. Not the
/// time of change, which a new link to a file and new rights alter, as backups set them. Throws
/// InputError when a file is not there.
std::string writing_marks(const std::filesystem::path& path, const NameFilter& wanted = {});

/// `known`: an earlier identity, whose hash is taken over when the marks are the same. `poll` is
/// called now and then and may throw. Throws InputError when a file cannot be read.
ContentIdentity identify_content(const std::filesystem::path& path, const ContentIdentity& known,
                                 const std::function<void()>& poll, const NameFilter& wanted = {});

}  // namespace mosaic
