#include "cli/doctor.hpp"

#include <gnu/libc-version.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string_view>
#include <system_error>

#include "build_facts.hpp"
#include "cli/revision.hpp"
#include "cli/text.hpp"
#include "core/isa.hpp"
#include "core/json_text.hpp"
#include "core/loaded_library.hpp"
#include "core/parallel_for.hpp"
#include "faces/face_finder.hpp"
#include "flow/module_file.hpp"
#include "flow/raft/model_store.hpp"
#include "mosaic/error.hpp"
#include "pictures/picture_decoder.hpp"
#include "registry/backends.hpp"
#include "video/codec_list.hpp"

namespace mosaic::cli {
namespace {

namespace fs = std::filesystem;

/// A run holds the input, the output, the index and a few pictures open, and what FFmpeg needs.
constexpr rlim_t kFewestFiles = 64;

constexpr std::string_view kEncoders[] = {"libx264", "libx265", "libsvtav1", "libvpx-vp9",
                                          "ffv1",    "gif",     "libopus"};
constexpr std::string_view kDecoders[] = {"h264", "hevc", "vp9", "av1", "libdav1d", "mpeg4", "gif"};

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : ", ") + word;
  return text;
}

template <std::size_t N>
Finding codecs(const std::string& name, const std::string_view (&known)[N],
               bool (*have)(std::string_view), std::string_view essential) {
  std::vector<std::string> here, gone;
  for (const std::string_view codec : known) {
    (have(codec) ? here : gone).emplace_back(codec);
  }
  Finding finding{name, Health::ok, here.empty() ? "none" : joined(here)};
  if (!gone.empty()) finding.text += "; not here: " + joined(gone);
  if (!have(essential)) finding.health = Health::broken;
  return finding;
}

std::vector<Finding> devices() {
  std::vector<Finding> findings;
  bool any = false;
  for (const BackendEntry& backend : backends()) {
    const std::string missing = backend.missing();
    any = any || missing.empty();
    findings.push_back({"device " + std::string(backend.name),
                        missing.empty() ? Health::ok : Health::missing,
                        missing.empty() ? "can be used" : missing});
  }
  if (!any) findings.push_back({"device", Health::broken, "none can be used"});
  return findings;
}

Finding module(const std::string& option, const std::string& file, std::string_view library) {
  try {
    const ModuleFile found(file, option, {});
    return {option, Health::ok, found.path().string() + ", " + loaded_library(library)};
  } catch (const Error& error) {
    return {option, Health::missing, error.what()};
  }
}

Finding raft() {
  Finding found = module("--flow raft", "libmosaic_torch.so", "libtorch_cpu");
  if (found.health != Health::ok) found.text += "; all presets but fast ask for it";
  return found;
}

Finding faces() {
  try {
    ThreadPool pool(1);
    const FaceFinder finder(pool);  // with its cascade
    return {"--faces", Health::ok, "can be used"};
  } catch (const Error& error) {
    return {"--faces", Health::missing, error.what()};
  }
}

Finding model() {
  try {
    const ModelFile found = read_model(std::nullopt, false);
    return {"model", Health::ok, found.path.string() + ", sha256 " + found.sha256};
  } catch (const Error& error) {
    return {"model", Health::missing, error.what()};
  }
}

/// Where files go, asked of the first folder of the path that exists.
Finding writable(const std::string& name, const fs::path& folder, const std::string& otherwise) {
  fs::path there = folder;
  std::error_code error;
  while (!fs::exists(there, error) && there.has_relative_path()) there = there.parent_path();
  if (access(there.c_str(), W_OK | X_OK) == 0) return {name, Health::ok, folder.string()};
  return {name, Health::missing, folder.string() + ": " + std::strerror(errno) + "; " + otherwise};
}

std::vector<Finding> folders() {
  const char* const cache = std::getenv("XDG_CACHE_HOME");
  const char* const home = std::getenv("HOME");
  const std::string without = "prepared tiles are not kept between runs; give --index FILE";
  std::vector<Finding> findings;
  if (cache != nullptr && *cache == '/') {
    findings.push_back(writable("cache", fs::path(cache) / "mosaic-temporal", without));
  } else if (home != nullptr && *home == '/') {
    findings.push_back(writable("cache", fs::path(home) / ".cache" / "mosaic-temporal", without));
  } else {
    findings.push_back({"cache", Health::missing, "HOME is not set; " + without});
  }
  std::error_code error;
  const fs::path here = fs::current_path(error);
  findings.push_back(error ? Finding{"working folder", Health::missing, error.message()}
                           : writable("working folder", here, "give --output another folder"));
  return findings;
}

std::vector<Finding> limits() {
  std::vector<Finding> findings;
  rlimit files{};
  if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
    const bool few = files.rlim_cur < kFewestFiles;
    findings.push_back(
        {"open files", few ? Health::broken : Health::ok,
         files.rlim_cur == RLIM_INFINITY
             ? "no limit"
             : std::to_string(files.rlim_cur) + (few ? "; raise it: ulimit -n 256" : "")});
  }
  const auto pages = static_cast<std::uint64_t>(std::max(0L, sysconf(_SC_PHYS_PAGES)));
  const auto page = static_cast<std::uint64_t>(std::max(0L, sysconf(_SC_PAGESIZE)));
  findings.push_back({"memory", Health::ok, bytes_text(pages * page)});
  rlimit space{};
  if (getrlimit(RLIMIT_AS, &space) == 0 && space.rlim_cur != RLIM_INFINITY) {
    findings.push_back({"address space", Health::ok, "limited to " + bytes_text(space.rlim_cur)});
  }
  return findings;
}

std::string_view word_of(Health health) {
  if (health == Health::ok) return "ok";
  return health == Health::missing ? "missing" : "broken";
}

}  // namespace

std::vector<Finding> examine() {
  std::vector<Finding> all;
  all.push_back({"program", Health::ok,
                 "mosaic-temporal " + std::string(kVersion) + ", revision " +
                     std::string(revision()) + ", " + std::string(kBuildType) + ", " +
                     std::string(kCompiler)});
  all.push_back({"FFmpeg", Health::ok, ffmpeg_release() + ": " + ffmpeg_libraries()});
  all.push_back({"pictures", Health::ok, decoder_version()});
  all.push_back({"compiled in", Health::ok, std::string(kCompiledIn)});
  all.push_back({"C library", Health::ok, std::string("glibc ") + gnu_get_libc_version()});
  all.push_back(codecs("encoders", kEncoders, have_encoder, "libx264"));
  all.push_back(codecs("decoders", kDecoders, have_decoder, "h264"));
  for (Finding& finding : devices()) all.push_back(std::move(finding));
  std::vector<std::string> sets;
  for (const Isa isa : supported_isas()) sets.emplace_back(isa_name(isa));
  all.push_back({"SIMD", Health::ok, joined(sets)});
  all.push_back({"threads", Health::ok, std::to_string(ThreadPool(0).threads())});
  all.push_back(module("--flow dis", "libmosaic_dis.so", "libopencv_core"));
  all.push_back(raft());
  all.push_back(model());
  all.push_back(faces());
  for (Finding& finding : folders()) all.push_back(std::move(finding));
  for (Finding& finding : limits()) all.push_back(std::move(finding));
  return all;
}

void print_findings(const std::vector<Finding>& findings, bool json, std::ostream& out) {
  if (!json) {
    for (const Finding& each : findings) {
      out << padded(word_of(each.health), 9) << padded(each.name, 16) << printable(each.text)
          << '\n';
    }
    return;
  }
  using Json = nlohmann::ordered_json;
  const auto line = [&out](const Json& object) { out << dump_json(object) << '\n'; };
  for (const Finding& each : findings) {
    line({{"type", "finding"},
          {"schema", 1},
          {"name", each.name},
          {"health", word_of(each.health)},
          {"text", each.text}});
  }
  line({{"type", "done"}, {"schema", 1}, {"exit", exit_code_of(findings)}});
}

int exit_code_of(const std::vector<Finding>& findings) {
  const bool broken = std::ranges::any_of(
      findings, [](const Finding& each) { return each.health == Health::broken; });
  return static_cast<int>(broken ? ExitCode::device_missing : ExitCode::ok);
}

}  // namespace mosaic::cli
