// What share of the processors a container leaves to a process.
#pragma once

#include <filesystem>
#include <optional>

namespace mosaic {

/// Processors' worth of time that the control groups of this process allow (cgroup v2, cpu.max),
/// rounded up; nothing where they set no limit. `self`: lists the groups; `root`: where they are
/// mounted.
std::optional<int> cpu_quota(const std::filesystem::path& self = "/proc/self/cgroup",
                             const std::filesystem::path& root = "/sys/fs/cgroup");

}  // namespace mosaic
