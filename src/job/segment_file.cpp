#include "job/segment_file.hpp"

#include <array>
#include <cstring>
#include <fstream>
#include <vector>

#include "core/output_file.hpp"

namespace mosaic {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t kHeadBytes = sizeof(SegmentPart) + sizeof(std::uint64_t);

}  // namespace

SegmentWriter::SegmentWriter(const fs::path& path)
    : path_(path),
      temporary_(path.native() + ".part"),
      file_(temporary_, WrittenFile::Mode::create) {}

void SegmentWriter::put(SegmentPart part, std::span<const std::byte> bytes) {
  std::array<std::byte, kHeadBytes> head{};
  const std::uint64_t length = bytes.size();
  std::memcpy(head.data(), &part, sizeof part);
  std::memcpy(head.data() + sizeof part, &length, sizeof length);
  for (const std::span<const std::byte> piece : {std::span<const std::byte>(head), bytes}) {
    file_.write(piece);
    hasher_.bytes(piece);
    bytes_ += piece.size();
  }
}

SegmentRecord SegmentWriter::finish(std::int64_t index, std::int64_t frames) {
  file_.close();
  std::error_code failure;
  fs::rename(temporary_, path_, failure);
  if (failure) throw output_error("cannot write", path_, failure.value());
  sync_folder(path_.parent_path());
  return {index, frames, bytes_, hasher_.digest()};
}

bool segment_is_intact(const fs::path& path, const SegmentRecord& record) {
  std::error_code failure;
  if (fs::file_size(path, failure) != record.bytes || failure) return false;
  Hasher hasher;
  const bool whole =
      read_file(path, [&](std::span<const std::byte> bytes) { hasher.bytes(bytes); });
  return whole && hasher.digest() == record.hash;
}

void for_each_part(const fs::path& path, SegmentPart part,
                   const std::function<void(std::span<const std::byte>)>& take) {
  const auto damaged = [&path] {
    return InputError("'" + path.native() + "' changed while it was being read",
                      "run the same command again");
  };
  std::error_code failure;
  std::uint64_t left = fs::file_size(path, failure);
  std::ifstream file(path, std::ios::binary);
  if (failure || !file) throw damaged();
  std::vector<std::byte> bytes;
  while (left > 0) {
    std::array<char, kHeadBytes> head{};
    if (left < head.size() || !file.read(head.data(), head.size())) throw damaged();
    left -= head.size();
    SegmentPart kind{};
    std::uint64_t length = 0;
    std::memcpy(&kind, head.data(), sizeof kind);
    std::memcpy(&length, head.data() + sizeof kind, sizeof length);
    if (length > left) throw damaged();
    left -= length;
    if (kind != part) {
      if (!file.seekg(static_cast<std::streamoff>(length), std::ios::cur)) throw damaged();
      continue;
    }
    bytes.resize(static_cast<std::size_t>(length));
    if (!file.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(length))) {
      throw damaged();
    }
    take(bytes);
  }
}

}  // namespace mosaic
