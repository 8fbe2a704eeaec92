#include <gtest/gtest.h>

#include <fstream>

#include "core/library_check.hpp"
#include "core/loaded_library.hpp"
#include "support/run_command.hpp"

namespace mosaic {
namespace {

namespace fs = std::filesystem;
using test::run_command;
using test::TemporaryFolder;

/// A library that needs another one; `needed` is written beside it.
void build_pair(const fs::path& library, const fs::path& needed) {
  const auto compile = [](std::vector<std::string> words) {
    words.insert(words.begin(), {"cc", "-shared", "-fPIC", "-x", "c", "/dev/null"});
    const test::CommandResult made = run_command(words);
    ASSERT_EQ(made.exit_code, 0) << made.err;
  };
  compile({"-Wl,-soname," + needed.filename().string(), "-o", needed.string()});
  compile({"-x", "none", "-Wl,--no-as-needed", needed.string(), "-Wl,-rpath,$ORIGIN", "-o",
           library.string()});
}

TEST(LibraryCheck, NamesWhatIsMissing) {
  if (!test::have_program("cc")) GTEST_SKIP() << "there is no C compiler";
  const TemporaryFolder folder;
  build_pair(folder / "libmodule.so", folder / "libneeded.so");
  EXPECT_EQ(why_not_loadable(folder / "libmodule.so"), "");
  fs::remove(folder / "libneeded.so");
  EXPECT_EQ(why_not_loadable(folder / "libmodule.so"),
            "libneeded.so: cannot open shared object file: No such file or directory");
}

TEST(LibraryCheck, SaysWhatIsWrongWithTheFileItself) {
  const TemporaryFolder folder;
  std::ofstream(folder / "libempty.so");
  EXPECT_NE(why_not_loadable(folder / "libempty.so").find("file too short"), std::string::npos)
      << why_not_loadable(folder / "libempty.so");
  EXPECT_NE(why_not_loadable(folder / "libnone.so").find("libnone.so"), std::string::npos);
}

}  // namespace
}  // namespace mosaic
