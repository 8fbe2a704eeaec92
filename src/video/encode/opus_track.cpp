#include "video/encode/opus_track.hpp"

#include <algorithm>
#include <array>
#include <new>

#include "mosaic/error.hpp"

extern "C" {
#include <libavutil/channel_layout.h>
}

namespace mosaic {

namespace {

constexpr int kRate = 48000;

/// Channel orders that Opus shares with Vorbis (RFC 7845, mapping family 1), by channel count.
constexpr std::array<const char*, 8> kLayouts = {"mono", "stereo", "3.0", "quad",
                                                 "5.0",  "5.1",    "6.1", "7.1"};

void require(int result, const char* what) {
  if (result == AVERROR(ENOMEM)) throw std::bad_alloc();
  if (result < 0) throw InputError(std::string(what) + ": " + av_error_text(result));
}

}  // namespace

OpusTrack::OpusTrack(const AVStream& from)
    : taken_(make_frame()), decoded_(make_frame()), block_(make_frame()), packet_(make_packet()) {
  source_time_base_ = from.time_base;
  open_decoder(from);
  open_encoder();
}

void OpusTrack::open_decoder(const AVStream& from) {
  const AVCodec* codec = avcodec_find_decoder(from.codecpar->codec_id);
  if (codec == nullptr) throw InputError("FFmpeg cannot decode it");
  decoder_.reset(avcodec_alloc_context3(codec));
  if (!decoder_) throw std::bad_alloc();
  require(avcodec_parameters_to_context(decoder_.get(), from.codecpar), "it cannot be decoded");
  decoder_->pkt_timebase = from.time_base;
  require(avcodec_open2(decoder_.get(), codec, nullptr), "it cannot be decoded");
}

void OpusTrack::open_encoder() {
  const AVCodec* codec = avcodec_find_encoder_by_name("libopus");
  if (codec == nullptr) throw DeviceError("this FFmpeg has no encoder 'libopus'");
  encoder_.reset(avcodec_alloc_context3(codec));
  if (!encoder_) throw std::bad_alloc();
  int channels = decoder_->ch_layout.nb_channels;
  if (channels < 1 || channels > static_cast<int>(kLayouts.size())) channels = 2;
  require(av_channel_layout_from_string(&encoder_->ch_layout,
                                        kLayouts[static_cast<std::size_t>(channels - 1)]),
          "its channels cannot be laid out");
  encoder_->sample_fmt = AV_SAMPLE_FMT_FLT;
  encoder_->sample_rate = kRate;
  encoder_->time_base = AVRational{1, kRate};
  encoder_->bit_rate = 64000LL * std::max(channels, 2);
  encoder_->flags |= AV_CODEC_FLAG_BITEXACT | AV_CODEC_FLAG_GLOBAL_HEADER;
  require(avcodec_open2(encoder_.get(), codec, nullptr), "Opus cannot take it");
  fifo_.reset(av_audio_fifo_alloc(AV_SAMPLE_FMT_FLT, channels, kRate));
  if (!fifo_) throw std::bad_alloc();
}

void OpusTrack::convert(const AVPacket* packet, const PacketWriter& write) {
  // A damaged packet costs its own sound; fill_gap() keeps the rest in time.
  if (avcodec_send_packet(decoder_.get(), packet) >= 0 || packet == nullptr) {
    while (avcodec_receive_frame(decoder_.get(), decoded_.get()) >= 0) {
      take(decoded_.get(), write);
      av_frame_unref(decoded_.get());
      encode(false, write);
    }
  }
  if (packet == nullptr) {
    if (resampler_) take(nullptr, write);
    encode(true, write);
  }
}

bool OpusTrack::resampler_suits(const AVFrame& frame) const {
  return resampler_ && taken_->format == frame.format && taken_->sample_rate == frame.sample_rate &&
         av_channel_layout_compare(&taken_->ch_layout, &frame.ch_layout) == 0;
}

void OpusTrack::set_up_resampler(const AVFrame& frame) {
  taken_->format = frame.format;
  taken_->sample_rate = frame.sample_rate;
  require(av_channel_layout_copy(&taken_->ch_layout, &frame.ch_layout), "sound");
  SwrContext* raw = nullptr;
  // 5.1 asks for a mutable layout, and leaves it as it is.
  require(
      swr_alloc_set_opts2(&raw, &encoder_->ch_layout, AV_SAMPLE_FMT_FLT, kRate, &taken_->ch_layout,
                          static_cast<AVSampleFormat>(frame.format), frame.sample_rate, 0, nullptr),
      "its sound cannot be resampled");
  resampler_.reset(raw);
  require(swr_init(resampler_.get()), "its sound cannot be resampled");
}

/// Resamples one decoded frame (nullptr: what the resampler still holds) into the FIFO. Broadcasts
/// change format, rate and channels in mid-stream; the resampler would read planes that are not
/// there.
void OpusTrack::take(const AVFrame* frame, const PacketWriter& write) {
  if (frame != nullptr && !resampler_suits(*frame)) {
    if (resampler_) take(nullptr, write);
    set_up_resampler(*frame);
  }
  if (frame != nullptr) fill_gap(*frame, write);
  const int wanted =
      swr_get_out_samples(resampler_.get(), frame == nullptr ? 0 : frame->nb_samples);
  require(wanted, "its sound cannot be resampled");
  if (wanted == 0) return;
  av_frame_unref(block_.get());
  block_->format = AV_SAMPLE_FMT_FLT;
  block_->nb_samples = wanted;
  block_->sample_rate = kRate;
  require(av_channel_layout_copy(&block_->ch_layout, &encoder_->ch_layout), "sound");
  require(av_frame_get_buffer(block_.get(), 0), "sound");
  const int made = swr_convert(
      resampler_.get(), block_->data, wanted,
      frame == nullptr ? nullptr : const_cast<const std::uint8_t**>(frame->extended_data),
      frame == nullptr ? 0 : frame->nb_samples);
  require(made, "its sound cannot be resampled");
  require(av_audio_fifo_write(fifo_.get(), reinterpret_cast<void**>(block_->data), made), "sound");
}

/// Starts the clock at the first frame and puts silence where the source has a hole of more than
/// 50 ms, so that sound stays with the pictures. Smaller differences are rounding. Encoded as it
/// comes: ten minutes of silence in eight channels are 0.9 GB.
void OpusTrack::fill_gap(const AVFrame& frame, const PacketWriter& write) {
  if (frame.pts == AV_NOPTS_VALUE) return;
  const std::int64_t time = av_rescale_q(frame.pts, source_time_base_, encoder_->time_base);
  if (next_pts_ == AV_NOPTS_VALUE) {
    next_pts_ = time;
    return;
  }
  constexpr std::int64_t kRounding = kRate / 20;
  constexpr std::int64_t kMostSilence = std::int64_t{kRate} * 600;
  const std::int64_t held = av_audio_fifo_size(fifo_.get());
  std::int64_t missing = time - next_pts_ - held;
  if (missing < kRounding || missing > kMostSilence) return;
  const int channels = encoder_->ch_layout.nb_channels;
  std::array<float, 1024 * 8> silence{};
  while (missing > 0) {
    const int count = static_cast<int>(
        std::min<std::int64_t>(missing, static_cast<std::int64_t>(silence.size()) / channels));
    void* data = silence.data();
    require(av_audio_fifo_write(fifo_.get(), &data, count), "sound");
    missing -= count;
    encode(false, write);
  }
}

void OpusTrack::encode(bool last, const PacketWriter& write) {
  const int block = encoder_->frame_size;
  while (av_audio_fifo_size(fifo_.get()) >= (last ? 1 : block)) {
    const int count = std::min(block, av_audio_fifo_size(fifo_.get()));
    av_frame_unref(block_.get());
    block_->format = AV_SAMPLE_FMT_FLT;
    block_->nb_samples = count;
    block_->sample_rate = kRate;
    require(av_channel_layout_copy(&block_->ch_layout, &encoder_->ch_layout), "sound");
    require(av_frame_get_buffer(block_.get(), 0), "sound");
    require(av_audio_fifo_read(fifo_.get(), reinterpret_cast<void**>(block_->data), count),
            "sound");
    block_->pts = next_pts_ == AV_NOPTS_VALUE ? 0 : next_pts_;
    next_pts_ = block_->pts + count;
    require(avcodec_send_frame(encoder_.get(), block_.get()), "Opus");
    drain_encoder(write);
  }
  if (!last) return;
  require(avcodec_send_frame(encoder_.get(), nullptr), "Opus");
  drain_encoder(write);
}

void OpusTrack::drain_encoder(const PacketWriter& write) {
  while (avcodec_receive_packet(encoder_.get(), packet_.get()) >= 0) {
    write(*packet_);
    av_packet_unref(packet_.get());
  }
}

}  // namespace mosaic
