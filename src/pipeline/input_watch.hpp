// An input that somebody writes to while it is read.
#pragma once

#include <filesystem>
#include <string>

namespace mosaic {

/// Note [Input that changes]
/// A film is read over hours, and by name more than once: for its frames, for its sound, for its
/// hash. Where somebody copies another over it meanwhile, what is made is half of each, and looks
/// as whole as any. So its marks are taken before it is opened, and looked at again before a piece
/// counts and before the output gets its name.
class InputWatch {
 public:
  /// Before the input is opened. Standard input is not watched; that nothing is there is for
  /// whoever opens it to say.
  explicit InputWatch(std::filesystem::path frames);

  /// Throws InputError when the input is not what it was.
  void require_unchanged() const;
  /// The same of a single file only, now and then: a folder may hold a hundred thousand pictures.
  void glance() const;

 private:
  [[nodiscard]] std::string marks() const;
  std::filesystem::path frames_;
  std::string before_;  ///< empty: not watched
};

}  // namespace mosaic
