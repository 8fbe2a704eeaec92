// Names of inputs and outputs: what they are, and whether they can be read or written.
#pragma once

#include <filesystem>
#include <string>

#include "cli/request.hpp"
#include "core/output_name.hpp"

namespace mosaic::cli {

bool is_folder(const std::filesystem::path& path);

/// There is something of that name, be it a link that leads nowhere.
bool is_taken(const std::filesystem::path& path);

/// "did you mean film.mp4?", from the names in the folder where `path` is missing; empty where no
/// name is near.
std::string near_file(const std::filesystem::path& path);

/// Throws UsageError, listing the known endings, for a name whose ending is none of them, and for
/// what is nearly a pattern.
OutputName name_of_output(const std::filesystem::path& output);

/// A regular file, or a folder where one may be, that can be read. Throws InputError with the
/// nearest name that is there.
void require_input(const std::filesystem::path& path, const std::string& flag, bool folder_allowed);

/// A file that will be written must have a folder to be in and must not be there without `force`;
/// what is there must be a regular file. Throws OutputError.
void require_writable(const std::filesystem::path& path, const std::string& flag, bool force);

/// A status file is replaced without asking, so it must be one, or not be there, or be given up
/// with --force. Throws OutputError.
void require_status_file(const Request& request);

/// Standard output must be open for writing. Throws OutputError, naming the flag that needs it.
void require_standard_output(const std::string& flag);

/// Where the picture of --preview goes: the output if it is a .png, else beside it; for numbered
/// pictures into their folder, or beside it where the job has yet to make it.
std::filesystem::path preview_path(const std::filesystem::path& output);

}  // namespace mosaic::cli
