#include "core/hash.hpp"

#include <xxhash.h>

#include <array>
#include <new>

namespace mosaic {

std::uint64_t hash64(std::span<const std::byte> bytes) {
  return XXH3_64bits(bytes.data(), bytes.size());
}

std::string hex64(std::uint64_t value) {
  static constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text(16, '0');
  for (int i = 15; i >= 0; --i, value >>= 4)
    text[static_cast<std::size_t>(i)] = kDigits[value & 15];
  return text;
}

struct Hasher::State {
  XXH3_state_t* xxh = XXH3_createState();
  State() {
    if (xxh == nullptr) throw std::bad_alloc();
    XXH3_64bits_reset(xxh);
  }
  ~State() { XXH3_freeState(xxh); }
  State(const State&) = delete;
  State& operator=(const State&) = delete;
};

Hasher::Hasher() : state_(std::make_unique<State>()) {}
Hasher::~Hasher() = default;

Hasher& Hasher::bytes(std::span<const std::byte> data) {
  XXH3_64bits_update(state_->xxh, data.data(), data.size());
  return *this;
}

Hasher& Hasher::text(std::string_view data) {
  number(static_cast<std::int64_t>(data.size()));
  return bytes(std::as_bytes(std::span(data)));
}

Hasher& Hasher::number(std::int64_t value) { return bytes(std::as_bytes(std::span(&value, 1))); }

std::uint64_t Hasher::digest() const { return XXH3_64bits_digest(state_->xxh); }

}  // namespace mosaic
