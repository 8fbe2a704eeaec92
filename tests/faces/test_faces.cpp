#include <gtest/gtest.h>

#include "faces/face_finder.hpp"
#include "faces/face_saliency.hpp"
#include "mosaic/error.hpp"
#include "support/drawn_face.hpp"

namespace mosaic {
namespace {

GridGeometry grid() {
  GridGeometry geometry;
  geometry.tile_size_px = 10;
  geometry.columns = 4;
  geometry.rows = 3;
  return geometry;
}

using Weights = std::vector<std::uint8_t>;

TEST(FaceSaliency, RisesWhereACellsCentreIsInAFaceAndNowhereElse) {
  FaceSaliency faces(grid());
  Weights weights(12, 50);
  weights[6] = 128;
  const FaceBox box{10, 10, 16, 10};  // centres (15, 15) and (25, 15)
  faces.raise(std::span(&box, 1), weights);
  Weights wanted(12, 50);
  wanted[5] = 128;
  wanted[6] = 128;
  EXPECT_EQ(weights, wanted);
}

TEST(FaceSaliency, FallsSlowlyWhenTheDetectorBlinksAndRisesAtOnce) {
  FaceSaliency faces(grid());
  const FaceBox box{0, 0, 10, 10};
  Weights weights(12, 40);
  faces.raise(std::span(&box, 1), weights);
  int before = weights[0];
  int frames = 0;
  do {
    weights.assign(12, 40);
    faces.raise({}, weights);
    EXPECT_LE(before - weights[0], 4);
    EXPECT_LE(weights[0], before);
    before = weights[0];
    ++frames;
  } while (before > 40);
  EXPECT_NEAR(frames, kFaceHold, 3);
  faces.raise(std::span(&box, 1), weights);
  EXPECT_EQ(weights[0], 128);
  faces.reset();
  weights.assign(12, 40);
  faces.raise({}, weights);
  EXPECT_EQ(weights[0], 40);
}

TEST(FaceSaliency, SurvivesSaveAndRestore) {
  FaceSaliency faces(grid());
  const FaceBox box{0, 0, 10, 10};
  Weights weights(12, 40);
  faces.raise(std::span(&box, 1), weights);
  ByteWriter saved;
  faces.save(saved);
  FaceSaliency other(grid());
  ByteReader in(saved.bytes());
  other.restore(in);
  Weights a(12, 40);
  Weights b(12, 40);
  faces.raise({}, a);
  other.raise({}, b);
  EXPECT_EQ(a, b);
}

/// Either the module finds nothing in an even picture, or it is not there and the error says how to
/// get it.
TEST(FaceFinder, FindsNothingInAnEvenPictureOrSaysWhatIsMissing) {
  ThreadPool pool(1);
  try {
    FaceFinder finder(pool);
    Plane plane;
    plane.size = {900, 500};
    plane.pixels.assign(plane.size.area(), 120);
    EXPECT_TRUE(finder.find(plane).empty());
  } catch (const DeviceError& error) {
    EXPECT_NE(std::string(error.what()).find("--faces"), std::string::npos);
    GTEST_SKIP() << "no face module: " << error.what();
  }
}

TEST(FaceFinder, FindsADrawnFaceWhereItIs) {
  ThreadPool pool(1);
  try {
    FaceFinder finder(pool);
    const Plane face = test::drawn_face({288, 192}, 60);
    const std::vector<FaceBox> found = finder.find(face);
    ASSERT_EQ(found.size(), 1U);
    EXPECT_NEAR(found[0].x + found[0].width / 2, 144, 12);
    EXPECT_NEAR(found[0].y + found[0].height / 2, 96, 12);
    EXPECT_NEAR(found[0].width, 132, 30);
    EXPECT_TRUE(finder.find(test::negative(face)).empty());
  } catch (const DeviceError& error) {
    GTEST_SKIP() << "no face module: " << error.what();
  }
}

}  // namespace
}  // namespace mosaic
