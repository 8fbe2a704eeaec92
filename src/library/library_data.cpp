#include "library/library_data.hpp"

#include <utility>

#include "core/hash.hpp"

namespace mosaic {

namespace {

class ArrayTileLibrary final : public TileLibrary {
 public:
  explicit ArrayTileLibrary(LibraryData data) : data_(std::move(data)) {}

  [[nodiscard]] int tile_size_px() const override { return data_.layout.tile_size_px; }
  [[nodiscard]] int features_k() const override { return data_.layout.features_k; }
  [[nodiscard]] int photos() const override { return static_cast<int>(data_.photos.size()); }
  [[nodiscard]] int variants() const override { return data_.variants; }
  [[nodiscard]] std::span<const std::uint8_t> features() const override { return data_.features; }
  [[nodiscard]] std::span<const std::uint8_t> luma() const override { return data_.luma; }
  [[nodiscard]] std::span<const std::uint8_t> rgb() const override { return data_.rgb; }
  [[nodiscard]] std::span<const ColorSums> color_sums() const override { return data_.color_sums; }
  [[nodiscard]] std::string photo_name(int photo) const override {
    return data_.photos.at(static_cast<std::size_t>(photo)).name;
  }
  [[nodiscard]] const std::vector<SkippedInput>& skipped() const override { return data_.skipped; }
  [[nodiscard]] const std::vector<SkippedInput>& left_out() const override {
    return data_.left_out;
  }
  [[nodiscard]] std::uint64_t fingerprint() const override { return data_.fingerprint; }

 private:
  LibraryData data_;
};

}  // namespace

std::uint64_t content_fingerprint(const LibraryData& data) {
  Hasher hasher;
  hasher.number(data.layout.tile_size_px).number(data.layout.features_k).number(data.variants);
  hasher.number(static_cast<std::int64_t>(data.photos.size()));
  for (const PhotoRecord& photo : data.photos) hasher.text(photo.name);
  hasher.bytes(std::as_bytes(data.features)).bytes(std::as_bytes(data.luma));
  hasher.bytes(std::as_bytes(data.rgb)).bytes(std::as_bytes(data.color_sums));
  return hasher.digest();
}

std::unique_ptr<TileLibrary> make_tile_library(LibraryData data) {
  return std::make_unique<ArrayTileLibrary>(std::move(data));
}

}  // namespace mosaic
