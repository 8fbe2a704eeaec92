// Content hashes (XXH3) for index files, fingerprints and stage digests. Not cryptographic.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace mosaic {

/// XXH3-64 of a byte range, seed 0.
std::uint64_t hash64(std::span<const std::byte> bytes);

template <class T>
std::uint64_t hash64_of(std::span<const T> values) {
  return hash64(std::as_bytes(values));
}

/// 16 lower-case hexadecimal digits.
std::string hex64(std::uint64_t value);

/// Streaming XXH3-64. Texts are fed with their length, so that ("ab","c") and ("a","bc") differ;
/// numbers as 8 bytes.
class Hasher {
 public:
  Hasher();
  ~Hasher();
  Hasher(const Hasher&) = delete;
  Hasher& operator=(const Hasher&) = delete;

  Hasher& bytes(std::span<const std::byte> data);
  Hasher& text(std::string_view data);
  Hasher& number(std::int64_t value);
  [[nodiscard]] std::uint64_t digest() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace mosaic
