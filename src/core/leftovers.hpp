// What runs that were killed have left beside their outputs.
#pragma once

#include <filesystem>
#include <string>

namespace mosaic {

/// Note [Leftovers]
/// A run that is killed cannot remove its temporary files, each as large as a film. While a run
/// works it holds a lock (flock) on them, which goes with the process however that ends. So the
/// next run of the same output can tell what is nobody's any more; a number in a name could be that
/// of another machine's process. Where the file system knows no locks, leftovers stay.
class HeldName {
 public:
  /// Holds a file or folder. What cannot be locked is not held, without a word.
  explicit HeldName(const std::filesystem::path& path);
  ~HeldName();
  HeldName(const HeldName&) = delete;
  HeldName& operator=(const HeldName&) = delete;
  /// The path still leads to what is held, or nothing could be held: not so when another run took
  /// it for a leftover before the lock was there.
  [[nodiscard]] bool is_there() const;

 private:
  std::filesystem::path path_;
  int fd_ = -1;
  bool lost_ = false;  ///< another run was just removing it
};

/// ".<name>.<process>[-<attempt>].part<ending>": the temporary name of `name` in its folder, cut
/// where it is too long.
std::string temporary_name(const std::string& name, const std::string& ending, int attempt);

/// Removes files and folders with a temporary name of `name` that nobody holds. What cannot be
/// removed is left without a word.
void remove_leftovers(const std::filesystem::path& folder, const std::string& name,
                      const std::string& ending);

}  // namespace mosaic
