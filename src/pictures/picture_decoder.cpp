#include "pictures/picture_decoder.hpp"

#include <vips/vips.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include "mosaic/error.hpp"
#include "pictures/input_bytes.hpp"

namespace mosaic {

namespace {

struct Unref {
  void operator()(VipsImage* image) const { g_object_unref(image); }
  void operator()(VipsRegion* region) const { g_object_unref(region); }
};
using ImagePtr = std::unique_ptr<VipsImage, Unref>;
using RegionPtr = std::unique_ptr<VipsRegion, Unref>;

/// Rows fetched at once. libvips computes region by region; small enough for the cache.
constexpr int kStripRows = 32;

/// libvips keeps rows of a picture that is read from top to bottom by the heights it would like to
/// work in: some 500 by default, whole ones however little is asked for. Only its options tell it.
void keep_few_rows() {
  GOptionGroup* group = g_option_group_new("vips", "", "", nullptr, nullptr);
  vips_add_option_entries(group);
  GOptionContext* options = g_option_context_new(nullptr);
  g_option_context_set_main_group(options, group);
  std::array<std::string, 3> words = {"mosaic-temporal", "--vips-tile-height=16",
                                      "--vips-fatstrip-height=16"};
  std::array<char*, 3> pointers = {words[0].data(), words[1].data(), words[2].data()};
  char** argv = pointers.data();
  int argc = static_cast<int>(pointers.size());
  // A libvips without these options keeps more rows.
  g_option_context_parse(options, &argc, &argv, nullptr);
  g_option_context_free(options);
}

void ignore_log(const char*, GLogLevelFlags, const char*, void*) {}

/// Sets libvips up once per process: no cache (every photo is seen once), one thread per picture
/// (photos are decoded side by side), no loader that its authors do not fuzz, no log lines of its
/// own on stderr.
void start_vips() {
  static const bool started = [] {
    if (vips_init("mosaic-temporal") != 0) return false;
    keep_few_rows();
    vips_concurrency_set(1);
    vips_cache_set_max(0);
    vips_block_untrusted_set(TRUE);
    vips_operation_block_set("VipsForeignLoad", TRUE);
    for (const char* loader :
         {"VipsForeignLoadJpegBuffer", "VipsForeignLoadPngBuffer", "VipsForeignLoadNsgifBuffer",
          "VipsForeignLoadWebpBuffer", "VipsForeignLoadTiffBuffer", "VipsForeignLoadHeifBuffer",
          "VipsForeignLoadJxlBuffer"}) {
      vips_operation_block_set(loader, FALSE);
    }
    g_log_set_handler("VIPS",
                      static_cast<GLogLevelFlags>(G_LOG_LEVEL_WARNING | G_LOG_LEVEL_MESSAGE |
                                                  G_LOG_LEVEL_INFO | G_LOG_LEVEL_DEBUG),
                      ignore_log, nullptr);
    return true;
  }();
  if (!started) throw Error(ExitCode::unexpected, "libvips cannot be started");
}

/// The name libvips gives the loader that reads `kind` from memory.
const char* loader_name(PictureKind kind) {
  switch (kind) {
    case PictureKind::jpeg:
      return "jpegload_buffer";
    case PictureKind::png:
      return "pngload_buffer";
    case PictureKind::gif:
      return "gifload_buffer";
    case PictureKind::webp:
      return "webpload_buffer";
    case PictureKind::tiff:
      return "tiffload_buffer";
    case PictureKind::heif:
      return "heifload_buffer";
    case PictureKind::jxl:
      return "jxlload_buffer";
    default:
      return nullptr;
  }
}

ImagePtr load(PictureKind kind, std::span<const std::byte> file, int jpeg_shrink) {
  const char* name = loader_name(kind);
  if (name == nullptr) throw PictureProblem("not a picture");
  if (vips_type_find("VipsOperation", name) == 0) {
    throw PictureProblem("format this machine's libvips cannot read");
  }
  VipsBlob* blob = vips_blob_new(nullptr, file.data(), file.size());
  VipsImage* image = nullptr;
  const int failed =
      kind == PictureKind::jpeg
          ? vips_call(name, blob, &image, "fail_on", VIPS_FAIL_ON_TRUNCATED, "access",
                      VIPS_ACCESS_SEQUENTIAL, "shrink", jpeg_shrink, nullptr)
          : vips_call(name, blob, &image, "fail_on", VIPS_FAIL_ON_TRUNCATED, "access",
                      VIPS_ACCESS_SEQUENTIAL, nullptr);
  vips_area_unref(VIPS_AREA(blob));
  if (failed != 0) {
    vips_error_clear();
    throw PictureProblem(looks_truncated(kind, file) ? "truncated" : "damaged header");
  }
  return ImagePtr(image);
}

/// Whether a decoder needs all of the picture for its first row.
bool is_held_whole(VipsImage* image, PictureKind kind) {
  const bool by_kind = kind == PictureKind::webp || kind == PictureKind::gif;
  return by_kind || vips_image_get_typeof(image, "interlaced") != 0;
}

void check_size(VipsImage* image, PictureKind kind) {
  const auto width = static_cast<std::size_t>(vips_image_get_width(image));
  const auto height = static_cast<std::size_t>(vips_image_get_height(image));
  if (width * height > kMaxPicturePixels || std::max(width, height) > kMaxPictureSide) {
    throw PictureProblem("too large: " + std::to_string(width) + "x" + std::to_string(height) +
                         " pixels, the limit is 268 million");
  }
  if (width * height > kMaxWholePixels && is_held_whole(image, kind)) {
    throw PictureProblem("too large: " + std::to_string(width) + "x" + std::to_string(height) +
                         " pixels that are decoded as a whole, the limit is 67 million");
  }
  const auto row = static_cast<std::size_t>(VIPS_IMAGE_SIZEOF_LINE(image));
  if (row > kMaxPictureRowBytes) {
    throw PictureProblem("too wide: " + std::to_string(row) + " bytes in a row of " +
                         std::to_string(width) + " pixels, the limit is " +
                         std::to_string(kMaxPictureRowBytes));
  }
  // One page of an animation or a document: the loaders were asked for the first only.
  if (width == 0 || height == 0) {
    throw PictureProblem(kind == PictureKind::none ? "not a picture" : "no pixels");
  }
}

/// Takes ownership of `next` after a libvips call that returned `failed`.
ImagePtr check(int failed, VipsImage* next) {
  if (failed != 0) {
    vips_error_clear();
    throw PictureProblem("colours cannot be converted to sRGB");
  }
  return ImagePtr(next);
}

ImagePtr extract(VipsImage* image, int first, int count) {
  VipsImage* out = nullptr;
  const int failed = vips_extract_band(image, &out, first, "n", count, nullptr);
  return check(failed, out);
}

ImagePtr to_8_bit(VipsImage* image) {
  VipsImage* out = nullptr;
  int failed = 0;
  if (vips_image_get_format(image) == VIPS_FORMAT_USHORT) {
    failed = vips_msb(image, &out, nullptr);
  } else {
    failed = vips_cast_uchar(image, &out, nullptr);
  }
  return check(failed, out);
}

bool is_integer_8_or_16(VipsImage* image) {
  const VipsBandFormat format = vips_image_get_format(image);
  return format == VIPS_FORMAT_UCHAR || format == VIPS_FORMAT_USHORT;
}

/// Colour bands to sRGB through the embedded profile, or the built-in one for bare CMYK. Null when
/// the profile cannot be used (damaged, or for another kind of picture).
ImagePtr through_profile(VipsImage* color, bool cmyk) {
  VipsImage* out = nullptr;
  const int failed =
      cmyk ? vips_icc_transform(color, &out, "srgb", "embedded", TRUE, "input_profile", "cmyk",
                                "intent", VIPS_INTENT_RELATIVE, "black_point_compensation", TRUE,
                                "depth", 8, nullptr)
           : vips_icc_transform(color, &out, "srgb", "embedded", TRUE, "intent",
                                VIPS_INTENT_RELATIVE, "black_point_compensation", TRUE, "depth", 8,
                                nullptr);
  if (failed != 0) {
    vips_error_clear();
    return nullptr;
  }
  return ImagePtr(out);
}

/// Colour bands (no alpha) to three 8-bit sRGB bands.
ImagePtr color_to_srgb(VipsImage* color) {
  const VipsInterpretation space = vips_image_guess_interpretation(color);
  const bool cmyk = space == VIPS_INTERPRETATION_CMYK;
  const bool profile = vips_image_get_typeof(color, VIPS_META_ICC_NAME) != 0;
  ImagePtr out;
  if ((profile || cmyk) && is_integer_8_or_16(color)) out = through_profile(color, cmyk);
  if (!out) {
    VipsImage* converted = nullptr;
    const int failed = vips_colourspace(color, &converted, VIPS_INTERPRETATION_sRGB, nullptr);
    out = check(failed, converted);
  }
  if (vips_image_get_bands(out.get()) > 3) out = extract(out.get(), 0, 3);
  if (vips_image_get_bands(out.get()) != 3) {
    throw PictureProblem("colours cannot be converted to sRGB");
  }
  if (vips_image_get_format(out.get()) != VIPS_FORMAT_UCHAR) out = to_8_bit(out.get());
  return out;
}

bool is_grey(VipsImage* image) {
  const VipsInterpretation space = vips_image_guess_interpretation(image);
  return vips_image_get_bands(image) <= 2 && is_integer_8_or_16(image) &&
         (space == VIPS_INTERPRETATION_B_W || space == VIPS_INTERPRETATION_GREY16);
}

/// 8-bit colour bands in the asked mode, followed by an 8-bit alpha band where there is one.
ImagePtr normalise(ImagePtr image, PictureMode mode) {
  const bool has_alpha = vips_image_hasalpha(image.get()) != 0;
  if (has_alpha && !is_integer_8_or_16(image.get())) {  // floating-point alpha: let libvips flatten
    VipsImage* flat = nullptr;
    const int failed = vips_flatten(image.get(), &flat, nullptr);
    return normalise(check(failed, flat), mode);
  }
  const bool grey = mode == PictureMode::grey_raw && is_grey(image.get());
  if (!has_alpha) {
    if (grey) return to_8_bit(image.get());
    return color_to_srgb(image.get());
  }
  const int color_bands = vips_image_get_bands(image.get()) - 1;
  ImagePtr color = extract(image.get(), 0, color_bands);
  const ImagePtr alpha = to_8_bit(extract(image.get(), color_bands, 1).get());
  color = grey ? to_8_bit(color.get()) : color_to_srgb(color.get());
  VipsImage* joined = nullptr;
  const int failed = vips_bandjoin2(color.get(), alpha.get(), &joined, nullptr);
  return check(failed, joined);
}

/// Ubuntu 24.04 has libheif's decoders in packages of their own, and a libvips without them. Only
/// the text of the error tells. Other threads write there too: one that fails at the same time can
/// take it away or put it there, and then a file is called damaged that is not, or the other way
/// round.
bool is_codec_missing() {
  char* const text = vips_error_buffer_copy();
  const bool found = std::strstr(text, "Unsupported codec") != nullptr;
  g_free(text);
  return found;
}

u8 over_black(u8 sample, u8 alpha) {
  return static_cast<u8>((static_cast<unsigned>(sample) * alpha + 127U) / 255U);
}

}  // namespace

struct PictureDecoder::State {
  PictureKind kind;
  std::span<const std::byte> file;
  ImagePtr image;
  RegionPtr region;
  Size size;
  int orientation = 1;
  bool deep = false;
  int bands = 3;     // of `image`
  int channels = 3;  // handed out
  int strip_first = 0;
  int strip_last = 0;  // rows [first, last) are in `strip`
  std::vector<u8> strip;

  /// Computes a strip; libvips reports damage here.
  void prepare(const VipsRect& rect) {
    if (vips_region_prepare(region.get(), &rect) != 0) {
      const bool lacks_codec = kind == PictureKind::heif && is_codec_missing();
      vips_error_clear();
      if (looks_truncated(kind, file)) throw PictureProblem("truncated");
      throw PictureProblem(lacks_codec ? "needs a codec that this machine's libheif lacks"
                                       : "damaged picture data");
    }
  }

  void fetch(int y, int x, int width) {
    const VipsRect rect{x, y, width, std::min(kStripRows, size.height - y)};
    prepare(rect);
    const auto row_samples = static_cast<std::size_t>(width) * static_cast<std::size_t>(channels);
    strip.resize(row_samples * static_cast<std::size_t>(rect.height));
    for (int i = 0; i < rect.height; ++i) {
      const u8* from = VIPS_REGION_ADDR(region.get(), x, y + i);
      u8* to = strip.data() + row_samples * static_cast<std::size_t>(i);
      if (bands == channels) {
        std::copy_n(from, row_samples, to);
        continue;
      }
      for (int p = 0; p < width; ++p, from += bands, to += channels) {
        for (int c = 0; c < channels; ++c) to[c] = over_black(from[c], from[channels]);
      }
    }
    strip_first = y;
    strip_last = y + rect.height;
  }
};

PictureDecoder::PictureDecoder(PictureKind kind, std::span<const std::byte> file, PictureMode mode,
                               int jpeg_shrink)
    : state_(std::make_unique<State>()) {
  start_vips();
  state_->kind = kind;
  state_->file = file;
  ImagePtr image = load(kind, file, jpeg_shrink);
  check_size(image.get(), kind);
  state_->orientation = std::clamp(vips_image_get_orientation(image.get()), 1, 8);
  state_->size = Size{vips_image_get_width(image.get()), vips_image_get_height(image.get())};
  state_->deep = vips_image_get_format(image.get()) != VIPS_FORMAT_UCHAR;
  const bool grey = mode == PictureMode::grey_raw && is_grey(image.get());
  state_->channels = grey ? 1 : 3;
  state_->image = normalise(std::move(image), mode);
  state_->bands = vips_image_get_bands(state_->image.get());
  state_->region.reset(vips_region_new(state_->image.get()));
}

PictureDecoder::~PictureDecoder() = default;

Size PictureDecoder::size() const { return state_->size; }
int PictureDecoder::orientation() const { return state_->orientation; }
bool PictureDecoder::deep() const { return state_->deep; }
int PictureDecoder::channels() const { return state_->channels; }

const u8* PictureDecoder::row(int y, int x, int width) {
  if (y < state_->strip_first || y >= state_->strip_last) state_->fetch(y, x, width);
  return state_->strip.data() + static_cast<std::size_t>(y - state_->strip_first) *
                                    static_cast<std::size_t>(width) *
                                    static_cast<std::size_t>(state_->channels);
}

void PictureDecoder::finish() {
  // One column is enough: loaders decode whole rows.
  for (int y = state_->strip_last; y < state_->size.height; y += kStripRows) {
    state_->prepare(VipsRect{0, y, 1, std::min(kStripRows, state_->size.height - y)});
  }
}

std::string decoder_version() {
  start_vips();
  std::string text = std::string("libvips ") + vips_version_string();
  for (const auto kind : {PictureKind::jpeg, PictureKind::png, PictureKind::gif, PictureKind::webp,
                          PictureKind::tiff, PictureKind::heif, PictureKind::jxl}) {
    const std::string name = loader_name(kind);
    if (vips_type_find("VipsOperation", name.c_str()) != 0) {
      text.append(" ").append(name, 0, name.find("load"));
    }
  }
  return text;
}

void release_thread_caches() { vips_thread_shutdown(); }

std::vector<std::byte> encode_picture(std::span<const u8> rgb, Size size, PictureEncoding kind) {
  start_vips();
  ImagePtr image(vips_image_new_from_memory(rgb.data(), rgb.size(), size.width, size.height, 3,
                                            VIPS_FORMAT_UCHAR));
  void* data = nullptr;
  std::size_t bytes = 0;
  int failed = image ? 0 : -1;
  if (image) image->Type = VIPS_INTERPRETATION_sRGB;
  if (!failed && kind == PictureEncoding::png) {
    failed = vips_pngsave_buffer(image.get(), &data, &bytes, "compression", 6, "filter",
                                 VIPS_FOREIGN_PNG_FILTER_NONE, "strip", TRUE, nullptr);
  } else if (!failed) {
    failed = vips_jpegsave_buffer(image.get(), &data, &bytes, "Q", 95, "subsample_mode",
                                  VIPS_FOREIGN_SUBSAMPLE_OFF, "strip", TRUE, nullptr);
  }
  if (failed != 0) {
    const std::string reason = vips_error_buffer();
    vips_error_clear();
    throw PictureProblem("cannot be encoded: " + reason);
  }
  const auto* first = static_cast<const std::byte*>(data);
  std::vector<std::byte> out(first, first + bytes);
  g_free(data);
  return out;
}

}  // namespace mosaic
