#include "flow/module_file.hpp"

#include <dlfcn.h>

#include "core/blas_environment.hpp"
#include "core/library_check.hpp"
#include "mosaic/error.hpp"

namespace mosaic {

namespace fs = std::filesystem;

fs::path program_prefix() {
  // Once: a program that is replaced while it runs has another name in /proc.
  static const fs::path prefix = [] {
    const fs::path parent = fs::read_symlink("/proc/self/exe").parent_path().parent_path();
    return parent.filename() == "libexec" ? parent.parent_path() : parent;
  }();
  return prefix;
}

namespace {

fs::path own_modules() { return program_prefix() / "lib" / "mosaic-temporal"; }

void require_file(const fs::path& path, const std::string& wanted_by, const std::string& hint) {
  if (fs::exists(path)) return;
  throw DeviceError(wanted_by + ": this build has no " + path.string(), hint);
}

}  // namespace

void ModuleFile::require(const std::string& file, const std::string& wanted_by,
                         const std::string& hint) {
  const fs::path path = own_modules() / file;
  require_file(path, wanted_by, hint);
  const std::string wrong = why_not_loadable(path);
  if (!wrong.empty()) {
    throw DeviceError(wanted_by + ": cannot load " + path.string() + ": " + wrong, hint);
  }
}

ModuleFile::ModuleFile(const std::string& file, const std::string& wanted_by,
                       const std::string& hint)
    : ModuleFile(own_modules(), file, wanted_by, hint) {}

ModuleFile::ModuleFile(const fs::path& folder, const std::string& file,
                       const std::string& wanted_by, const std::string& hint)
    : path_((folder / file).lexically_normal()), hint_(hint) {
  require_file(path_, wanted_by, hint_);
  // Whichever is first may bring OpenBLAS along (main() has done it, tests have not).
  prepare_blas_environment();
  // RTLD_LOCAL: what it links must not answer for symbols of other libraries of the program.
  handle_ = dlopen(path_.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (handle_ == nullptr) {
    const char* why = dlerror();
    throw DeviceError(wanted_by + ": cannot load " + path_.string() + ": " +
                          (why == nullptr ? "unknown reason" : why),
                      hint_);
  }
}

void* ModuleFile::find(const char* name) const {
  void* found = dlsym(handle_, name);
  if (found == nullptr) {
    throw DeviceError(path_.string() + " is not a module of this program: it has no " + name,
                      hint_);
  }
  return found;
}

}  // namespace mosaic
