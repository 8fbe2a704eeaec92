// Which lines of FFmpeg's log tell of damage, and which are said of healthy films too.
#include <gtest/gtest.h>

#include "video/decode/complaints.hpp"

namespace mosaic {
namespace {

TEST(Complaints, OfDecodersWhatNobodyCanHaveMeantCounts) {
  EXPECT_TRUE(tells_of_damage(AV_CODEC_ID_FFV1, "slice CRC mismatch 320DEC80!at 1.200000 seconds"));
  EXPECT_TRUE(tells_of_damage(AV_CODEC_ID_HEVC,
                              "The cu_qp_delta 35 is outside the valid range [-26, 25]."));
  EXPECT_TRUE(tells_of_damage(AV_CODEC_ID_MJPEG, "error count: 66"));
  EXPECT_TRUE(tells_of_damage(AV_CODEC_ID_MJPEG, "error dc"));
}

// Recordings that begin between key frames, and cameras.
TEST(Complaints, OfDecodersWhatHealthyFilmsHaveDoesNot) {
  EXPECT_FALSE(tells_of_damage(AV_CODEC_ID_HEVC, "Could not find ref with POC 12"));
  EXPECT_FALSE(tells_of_damage(AV_CODEC_ID_MJPEG, "overread 8"));
  EXPECT_FALSE(tells_of_damage(AV_CODEC_ID_MJPEG, "unable to decode APP fields: Invalid data"));
  EXPECT_FALSE(tells_of_damage(AV_CODEC_ID_H264, "mmco: unref short failure"));
  EXPECT_FALSE(tells_of_damage(AV_CODEC_ID_H264, "error count: 66")) << "another decoder's";
}

TEST(Complaints, OfDemuxersTheirOwnLinesCount) {
  EXPECT_EQ(demuxer_damage("ogg", "CRC mismatch!"), DemuxerDamage::certain);
  EXPECT_EQ(demuxer_damage("mxf", "edit unit sync lost on stream 0, jumping from 12 to 40"),
            DemuxerDamage::certain);
  EXPECT_EQ(demuxer_damage("flv", "Packet mismatch 454965131 2787 10012"),
            DemuxerDamage::if_more_follows);
  EXPECT_EQ(demuxer_damage("matroska,webm", "CRC mismatch!"), DemuxerDamage::none);
  EXPECT_EQ(demuxer_damage("ogg", ""), DemuxerDamage::none);
  EXPECT_TRUE(is_damage_warning("edit unit sync lost on stream 0, jumping from 12 to 40"));
  EXPECT_FALSE(is_damage_warning("broken or empty index"));
}

}  // namespace
}  // namespace mosaic
