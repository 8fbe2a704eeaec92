#include "demo/sound.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <span>
#include <string_view>

#include "core/written_file.hpp"
#include "demo/paint.hpp"
#include "mosaic/error.hpp"

namespace mosaic::demo {

namespace {

constexpr std::size_t kPacketSamples = 4096;

/// Frequencies of two chords, in hertz: A major ninth without its third, then D.
constexpr std::array<std::array<double, 4>, 2> kChords = {
    {{110.0, 220.0, 329.63, 493.88}, {146.83, 220.0, 369.99, 440.0}}};

double pad(double t) {
  double sum = 0;
  for (int chord = 0; chord < 2; ++chord) {
    // Each chord swells for five seconds while the other rests.
    const double swell = 0.5 - 0.5 * cosine(0.1 * t + 0.5 * chord + 0.12);
    double voices = 0;
    for (std::size_t i = 0; i < kChords[0].size(); ++i) {
      const double f = kChords[static_cast<std::size_t>(chord)][i];
      const double slow = 1 + 0.0012 * sine(0.21 * t + 0.3 * static_cast<double>(i));
      voices += (sine(f * t) + 0.35 * sine(2 * f * t + 0.1) + 0.5 * sine(f * 1.003 * t)) * slow /
                (1 + 0.5 * static_cast<double>(i));
    }
    sum += voices * swell * swell;
  }
  return sum * 0.055;
}

struct Chirp {
  double start;
  double length;
  double pitch;
  double bend;
  double loudness;
};

double sing(const Chirp& c, double t) {
  const double p = (t - c.start) / c.length;
  if (p < 0 || p >= 1) return 0;
  const double envelope = 4 * p * (1 - p);
  const double phase = c.pitch * (t - c.start) + c.bend * sine(9 * (t - c.start));
  return c.loudness * envelope * envelope * sine(phase);
}

std::vector<Chirp> pick_chirps(double seconds, Random& random) {
  std::vector<Chirp> chirps;
  double t = random.between(0.2, 0.8);
  while (t < seconds) {
    const double pitch = random.between(2300, 4200);
    const double bend = random.between(4, 22);
    const double loudness = random.between(0.015, 0.05);
    const int notes = 1 + random.below(4);
    for (int i = 0; i < notes; ++i) {
      chirps.push_back(
          {t, random.between(0.05, 0.12), pitch * random.between(0.92, 1.1), bend, loudness});
      t += random.between(0.09, 0.16);
    }
    t += random.between(0.3, 1.3);
  }
  return chirps;
}

/// Big-endian bytes, as both formats want them.
class Bytes {
 public:
  Bytes& text(std::string_view s) {
    for (const char c : s) data_.push_back(c);
    return *this;
  }
  Bytes& number(std::uint64_t value, int bytes) {
    for (int i = bytes - 1; i >= 0; --i) data_.push_back(static_cast<char>(value >> (8 * i)));
    return *this;
  }
  Bytes& append(const Bytes& other) {
    std::ranges::copy(other.data_, std::back_inserter(data_));
    return *this;
  }
  [[nodiscard]] std::size_t size() const { return data_.size(); }
  [[nodiscard]] const std::vector<char>& data() const { return data_; }

 private:
  std::vector<char> data_;
};

class BitWriter {
 public:
  void put(std::uint32_t value, int bits) {
    for (int i = bits - 1; i >= 0; --i) {
      byte_ = (byte_ << 1) | ((value >> i) & 1U);
      if (++filled_ == 8) flush();
    }
  }
  Bytes finish() {
    while (filled_ != 0) put(0, 1);
    return bytes_;
  }

 private:
  void flush() {
    bytes_.number(byte_, 1);
    byte_ = 0;
    filled_ = 0;
  }
  Bytes bytes_;
  std::uint32_t byte_ = 0;
  int filled_ = 0;
};

Bytes packet_of(std::span<const std::int16_t> samples) {
  BitWriter bits;
  bits.put(0, 3);   // a single-channel element
  bits.put(0, 4);   // its number
  bits.put(0, 12);  // reserved
  const bool partial = samples.size() != kPacketSamples;
  bits.put(partial ? 1 : 0, 1);
  bits.put(0, 2);  // no low bytes kept apart
  bits.put(1, 1);  // not compressed
  if (partial) bits.put(static_cast<std::uint32_t>(samples.size()), 32);
  for (const std::int16_t s : samples) bits.put(static_cast<std::uint16_t>(s), 16);
  bits.put(7, 3);  // end of packet
  return bits.finish();
}

Bytes box(std::string_view name, const Bytes& content) {
  Bytes bytes;
  return bytes.number(content.size() + 8, 4).text(name).append(content);
}

/// A box that begins with a version (0) and flags.
Bytes full_box(std::string_view name, std::uint32_t flags, const Bytes& content) {
  Bytes bytes;
  return box(name, bytes.number(flags, 4).append(content));
}

Bytes unit_matrix() {
  Bytes bytes;
  for (const std::uint32_t v : {0x10000U, 0U, 0U, 0U, 0x10000U, 0U, 0U, 0U, 0x40000000U}) {
    bytes.number(v, 4);
  }
  return bytes;
}

Bytes zeros(int count) {
  Bytes bytes;
  for (int i = 0; i < count; ++i) bytes.number(0, 1);
  return bytes;
}

/// What the decoder must know; the values 40, 10 and 14 are the reference encoder's tuning, which
/// plays no part in packets that are not compressed.
Bytes decoder_setup(std::size_t largest_packet) {
  Bytes bytes;
  bytes.number(kPacketSamples, 4).number(0, 1).number(16, 1).number(40, 1).number(10, 1);
  bytes.number(14, 1).number(1, 1).number(255, 2).number(largest_packet, 4).number(0, 4);
  return full_box("alac", 0, bytes.number(kSampleRate, 4));
}

Bytes sample_description(std::size_t largest_packet) {
  Bytes entry;
  entry.append(zeros(6)).number(1, 2).append(zeros(8));
  entry.number(1, 2).number(16, 2).append(zeros(4)).number(kSampleRate, 2).number(0, 2);
  entry.append(decoder_setup(largest_packet));
  Bytes bytes;
  return full_box("stsd", 0, bytes.number(1, 4).append(box("alac", entry)));
}

/// All packets lie in one chunk at `offset`.
Bytes sample_table(const std::vector<std::size_t>& sizes, std::size_t samples,
                   std::uint64_t offset) {
  const std::size_t whole = samples / kPacketSamples;
  const std::size_t rest = samples % kPacketSamples;
  Bytes times;
  times.number((whole > 0 ? 1U : 0U) + (rest > 0 ? 1U : 0U), 4);
  if (whole > 0) times.number(whole, 4).number(kPacketSamples, 4);
  if (rest > 0) times.number(1, 4).number(rest, 4);
  Bytes chunks;
  chunks.number(1, 4).number(1, 4).number(sizes.size(), 4).number(1, 4);
  Bytes lengths;
  lengths.number(0, 4).number(sizes.size(), 4);
  for (const std::size_t size : sizes) lengths.number(size, 4);
  Bytes offsets;
  offsets.number(1, 4).number(offset, 4);
  Bytes table;
  table.append(sample_description(*std::max_element(sizes.begin(), sizes.end())))
      .append(full_box("stts", 0, times))
      .append(full_box("stsc", 0, chunks))
      .append(full_box("stsz", 0, lengths))
      .append(full_box("stco", 0, offsets));
  return box("stbl", table);
}

Bytes media(const Bytes& table, std::size_t samples) {
  Bytes reference;
  reference.number(1, 4).append(full_box("url ", 1, {}));  // in this very file
  Bytes information;
  information.append(full_box("smhd", 0, zeros(4)))
      .append(box("dinf", full_box("dref", 0, reference)))
      .append(table);
  Bytes header;
  header.append(zeros(8)).number(kSampleRate, 4).number(samples, 4).number(0x55c4, 2).number(0, 2);
  Bytes handler;
  handler.append(zeros(4)).text("soun").append(zeros(13));
  Bytes bytes;
  bytes.append(full_box("mdhd", 0, header))
      .append(full_box("hdlr", 0, handler))
      .append(box("minf", information));
  return box("mdia", bytes);
}

Bytes movie(const Bytes& media_box, std::size_t samples) {
  Bytes header;
  header.append(zeros(8)).number(kSampleRate, 4).number(samples, 4).number(0x10000, 4);
  header.number(0x100, 2).append(zeros(10)).append(unit_matrix()).append(zeros(24)).number(2, 4);
  Bytes track;
  track.append(zeros(8)).number(1, 4).append(zeros(4)).number(samples, 4).append(zeros(12));
  track.number(0x100, 2).append(zeros(2)).append(unit_matrix()).append(zeros(8));
  Bytes bytes;
  bytes.append(full_box("mvhd", 0, header))
      .append(box("trak", full_box("tkhd", 7, track).append(media_box)));
  return box("moov", bytes);
}

}  // namespace

std::vector<std::int16_t> compose_sound(double seconds, std::uint64_t seed) {
  Random random(hash_of(seed, 40, 2));
  const std::vector<Chirp> chirps = pick_chirps(seconds, random);
  const std::uint64_t wind_seed = random.next();
  const auto count = static_cast<std::size_t>(seconds * kSampleRate);
  std::vector<std::int16_t> samples(count);
  double wind = 0;
  std::size_t first = 0;  // chirps before it have ended
  for (std::size_t i = 0; i < count; ++i) {
    const double t = static_cast<double>(i) / kSampleRate;
    const double gust = 0.3 + 0.7 * noise(wind_seed, t * 0.7, 0.5);
    wind += 0.035 * gust * (random.unit() - 0.5 - wind);
    double value = pad(t) + 0.9 * wind;
    while (first < chirps.size() && chirps[first].start + 0.2 < t) ++first;
    for (std::size_t c = first; c < chirps.size() && chirps[c].start <= t; ++c) {
      value += sing(chirps[c], t);
    }
    const double fade = ramp(0, 0.4, t) * ramp(seconds, seconds - 0.5, t);
    samples[i] =
        static_cast<std::int16_t>(floor_of(std::clamp(value * fade, -1.0, 1.0) * 32000 + 0.5));
  }
  return samples;
}

void write_sound(const std::filesystem::path& path, const std::vector<std::int16_t>& samples) {
  Bytes packets;
  std::vector<std::size_t> sizes;
  for (std::size_t at = 0; at < samples.size(); at += kPacketSamples) {
    const std::size_t length = std::min(kPacketSamples, samples.size() - at);
    const Bytes packet = packet_of(std::span(samples).subspan(at, length));
    sizes.push_back(packet.size());
    packets.append(packet);
  }
  Bytes brands;
  brands.text("M4A ").number(0, 4).text("M4A mp42isom");
  Bytes file = box("ftyp", brands);
  const std::size_t offset = file.size() + 8;
  file.append(box("mdat", packets));
  file.append(
      movie(media(sample_table(sizes, samples.size(), offset), samples.size()), samples.size()));
  WrittenFile(path, WrittenFile::Mode::create).write(std::as_bytes(std::span(file.data())));
}

}  // namespace mosaic::demo
