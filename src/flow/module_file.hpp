// Parts that are loaded when they are asked for: where they lie, and how they are opened.
#pragma once

#include <filesystem>
#include <string>

namespace mosaic {

/// The folder that holds bin, libexec, lib and share of this program, as seen from the running
/// executable (through links): the build tree and an installation look alike. Never taken from the
/// working directory.
std::filesystem::path program_prefix();

/// A shared module, by default program_prefix()/lib/mosaic-temporal/<file>. It stays loaded for the
/// rest of the run: libraries as large as LibTorch do not survive being unloaded.
class ModuleFile {
 public:
  /// `wanted_by` is the option that needs it ("--flow raft"), `hint` how to get it or do without.
  /// Throws DeviceError when it is not there or cannot be loaded.
  ModuleFile(const std::string& file, const std::string& wanted_by, const std::string& hint);
  ModuleFile(const std::filesystem::path& folder, const std::string& file,
             const std::string& wanted_by, const std::string& hint);

  /// Throws DeviceError when the module or a library that it needs is not there; loads nothing.
  static void require(const std::string& file, const std::string& wanted_by,
                      const std::string& hint);

  /// Throws DeviceError when the module has no such symbol.
  template <class Function>
  [[nodiscard]] Function symbol(const char* name) const {
    return reinterpret_cast<Function>(find(name));
  }

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  [[nodiscard]] void* find(const char* name) const;

  std::filesystem::path path_;
  std::string hint_;
  void* handle_ = nullptr;
};

}  // namespace mosaic
