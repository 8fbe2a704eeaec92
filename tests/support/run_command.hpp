// Runs a program as a user would and keeps what it said.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace mosaic::test {

struct CommandResult {
  int exit_code = -1;  ///< 128 + n when ended by signal n
  std::string out;     ///< standard output
  std::string err;     ///< standard error
  /// Resident memory in KiB, sampled every 50 ms while it ran.
  std::vector<long> resident_kib;
};

struct CommandOptions {
  std::filesystem::path working_directory;         ///< empty: this process's
  std::map<std::string, std::string> environment;  ///< set on top of this process's
};

/// Standard input is /dev/null. Throws std::runtime_error when the program cannot be started.
CommandResult run_command(const std::vector<std::string>& arguments,
                          const CommandOptions& options = {});

/// True when `program` is found in PATH.
bool have_program(const std::string& program);

/// A fresh folder under the system's temporary folder, removed with everything in it.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  std::filesystem::path operator/(const std::string& name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

}  // namespace mosaic::test
