// The ordered list of backends: the one place that knows which devices this build can use.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "backend/backend.hpp"
#include "backend/card_frame.hpp"
#include "mosaic/settings.hpp"

namespace mosaic {

struct BackendEntry {
  std::string_view name;
  /// Empty when it can run here, else the reason why not.
  std::string (*missing)();
  std::unique_ptr<Backend> (*make)(const BackendContext& context);
  /// What it computes on, with the versions that are loaded; empty for the CPU.
  std::string (*versions)();
};

/// Fastest first. All give the same bytes, so `auto` may take any that runs.
std::span<const BackendEntry> backends();

/// BackendEntry::versions of the backend with this name.
std::string device_versions(std::string_view name);

/// For decoding on the card that the backend "cuda" computes on.
CardContext card_context();

/// The backend for the user's choice. `cuda` throws DeviceError when it cannot run here.
/// `automatic` takes the CPU without a word when there is no driver or no card, and with one
/// warning when there is one that cannot be used (an old driver, say) or that fails, now or later:
/// no room on it, a fault. `warn` may be empty.
std::unique_ptr<Backend> make_backend(DeviceChoice choice, const BackendContext& context,
                                      const std::function<void(const std::string&)>& warn);

}  // namespace mosaic
