// Numbers and arrays as bytes, for what a run leaves on disk for the next.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace mosaic {

static_assert(std::endian::native == std::endian::little, "files are little-endian");

/// Bytes that are not what a writer of this program left. Whoever reads decides what it means.
class DamagedBytes : public std::runtime_error {
 public:
  explicit DamagedBytes(const std::string& what) : std::runtime_error(what) {}
};

/// Appends to a buffer. Little-endian, without padding; arrays and texts with their length.
class ByteWriter {
 public:
  template <class T>
  void number(T value) {
    static_assert(std::is_arithmetic_v<T> || std::is_enum_v<T>);
    raw(std::as_bytes(std::span(&value, 1)));
  }

  /// Elements must not have padding, which has no value.
  template <class T>
  void array(std::span<const T> values) {
    static_assert(std::has_unique_object_representations_v<T>);
    number(static_cast<std::uint64_t>(values.size()));
    raw(std::as_bytes(values));
  }
  template <class T>
  void array(const std::vector<T>& values) {
    array(std::span<const T>(values));
  }
  void text(std::string_view value) { array(std::span(value.data(), value.size())); }

  void raw(std::span<const std::byte> bytes);

  [[nodiscard]] const std::vector<std::byte>& bytes() const { return bytes_; }
  [[nodiscard]] std::vector<std::byte> take() { return std::move(bytes_); }

 private:
  std::vector<std::byte> bytes_;
};

/// Reads what ByteWriter wrote. Throws DamagedBytes at the end of the bytes and for lengths that
/// exceed them, before memory is asked for.
class ByteReader {
 public:
  explicit ByteReader(std::span<const std::byte> bytes) : left_(bytes) {}

  template <class T>
  [[nodiscard]] T number() {
    static_assert(std::is_arithmetic_v<T> || std::is_enum_v<T>);
    T value;
    std::memcpy(&value, raw(sizeof value).data(), sizeof value);
    return value;
  }

  template <class T>
  [[nodiscard]] std::vector<T> array() {
    static_assert(std::has_unique_object_representations_v<T>);
    const auto count = number<std::uint64_t>();
    if (count > left_.size() / sizeof(T)) throw DamagedBytes("a length exceeds what follows");
    std::vector<T> values(static_cast<std::size_t>(count));
    const std::span<const std::byte> bytes = raw(values.size() * sizeof(T));
    if (!bytes.empty()) std::memcpy(values.data(), bytes.data(), bytes.size());
    return values;
  }

  /// The same, for arrays whose length is known.
  template <class T>
  [[nodiscard]] std::vector<T> array_of(std::size_t count) {
    std::vector<T> values = array<T>();
    if (values.size() != count) throw DamagedBytes("an array has another length than expected");
    return values;
  }

  [[nodiscard]] std::string text() {
    const std::vector<char> characters = array<char>();
    return {characters.begin(), characters.end()};
  }

  [[nodiscard]] std::span<const std::byte> raw(std::size_t count) {
    if (count > left_.size()) throw DamagedBytes("the bytes end too early");
    const std::span<const std::byte> bytes = left_.first(count);
    left_ = left_.subspan(count);
    return bytes;
  }

  [[nodiscard]] bool empty() const { return left_.empty(); }
  void expect_end() const {
    if (!left_.empty()) throw DamagedBytes("there are more bytes than expected");
  }

 private:
  std::span<const std::byte> left_;
};

}  // namespace mosaic
