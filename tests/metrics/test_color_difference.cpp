// CIEDE2000 against its published test pairs, CIELAB against scikit-image.
#include <gtest/gtest.h>

#include <cmath>

#include "metrics/color_difference.hpp"
#include "metrics/test_pictures.hpp"

namespace mosaic::metrics {
namespace {

struct PublishedPair {
  Lab x, y;
  double difference;
};

/// Table 1 of Sharma, Wu, Dalal (2005), which rounds to four decimals. The pairs 7-16 sit on the
/// formula's discontinuities of hue.
constexpr PublishedPair kPublished[] = {
    {{50.0000, 2.6772, -79.7751}, {50.0000, 0.0000, -82.7485}, 2.0425},
    {{50.0000, 3.1571, -77.2803}, {50.0000, 0.0000, -82.7485}, 2.8615},
    {{50.0000, 2.8361, -74.0200}, {50.0000, 0.0000, -82.7485}, 3.4412},
    {{50.0000, -1.3802, -84.2814}, {50.0000, 0.0000, -82.7485}, 1.0000},
    {{50.0000, -1.1848, -84.8006}, {50.0000, 0.0000, -82.7485}, 1.0000},
    {{50.0000, -0.9009, -85.5211}, {50.0000, 0.0000, -82.7485}, 1.0000},
    {{50.0000, 0.0000, 0.0000}, {50.0000, -1.0000, 2.0000}, 2.3669},
    {{50.0000, -1.0000, 2.0000}, {50.0000, 0.0000, 0.0000}, 2.3669},
    {{50.0000, 2.4900, -0.0010}, {50.0000, -2.4900, 0.0009}, 7.1792},
    {{50.0000, 2.4900, -0.0010}, {50.0000, -2.4900, 0.0010}, 7.1792},
    {{50.0000, 2.4900, -0.0010}, {50.0000, -2.4900, 0.0011}, 7.2195},
    {{50.0000, 2.4900, -0.0010}, {50.0000, -2.4900, 0.0012}, 7.2195},
    {{50.0000, -0.0010, 2.4900}, {50.0000, 0.0009, -2.4900}, 4.8045},
    {{50.0000, -0.0010, 2.4900}, {50.0000, 0.0010, -2.4900}, 4.8045},
    {{50.0000, -0.0010, 2.4900}, {50.0000, 0.0011, -2.4900}, 4.7461},
    {{50.0000, 2.5000, 0.0000}, {50.0000, 0.0000, -2.5000}, 4.3065},
    {{50.0000, 2.5000, 0.0000}, {73.0000, 25.0000, -18.0000}, 27.1492},
    {{50.0000, 2.5000, 0.0000}, {61.0000, -5.0000, 29.0000}, 22.8977},
    {{50.0000, 2.5000, 0.0000}, {56.0000, -27.0000, -3.0000}, 31.9030},
    {{50.0000, 2.5000, 0.0000}, {58.0000, 24.0000, 15.0000}, 19.4535},
    {{50.0000, 2.5000, 0.0000}, {50.0000, 3.1736, 0.5854}, 1.0000},
    {{50.0000, 2.5000, 0.0000}, {50.0000, 3.2972, 0.0000}, 1.0000},
    {{50.0000, 2.5000, 0.0000}, {50.0000, 1.8634, 0.5757}, 1.0000},
    {{50.0000, 2.5000, 0.0000}, {50.0000, 3.2592, 0.3350}, 1.0000},
    {{60.2574, -34.0099, 36.2677}, {60.4626, -34.1751, 39.4387}, 1.2644},
    {{63.0109, -31.0961, -5.8663}, {62.8187, -29.7946, -4.0864}, 1.2630},
    {{61.2901, 3.7196, -5.3901}, {61.4292, 2.2480, -4.9620}, 1.8731},
    {{35.0831, -44.1164, 3.7933}, {35.0232, -40.0716, 1.5901}, 1.8645},
    {{22.7233, 20.0904, -46.6940}, {23.0331, 14.9730, -42.5619}, 2.0373},
    {{36.4612, 47.8580, 18.3852}, {36.2715, 50.5065, 21.2231}, 1.4146},
    {{90.8027, -2.0831, 1.4410}, {91.1528, -1.6435, 0.0447}, 1.4441},
    {{90.9257, -0.5406, -0.9208}, {88.6381, -0.8985, -0.7239}, 1.5381},
    {{6.7747, -0.2908, -2.4247}, {5.8714, -0.0985, -2.2286}, 0.6377},
    {{2.0776, 0.0795, -1.1350}, {0.9033, -0.0636, -0.5514}, 0.9082},
};

TEST(Ciede2000, GivesThePublishedDifferencesBothWays) {
  for (const PublishedPair& pair : kPublished) {
    EXPECT_NEAR(ciede2000(pair.x, pair.y), pair.difference, 0.5e-4 + 1e-9)
        << pair.x.l << " " << pair.x.a << " " << pair.x.b;
    EXPECT_NEAR(ciede2000(pair.y, pair.x), pair.difference, 0.5e-4 + 1e-9)
        << pair.x.l << " " << pair.x.a << " " << pair.x.b;
  }
}

TEST(Ciede2000, IsZeroOnlyForEqualColours) {
  const Lab x = lab_from_srgb(120, 33, 201);
  EXPECT_EQ(ciede2000(x, x), 0.0);
  EXPECT_GT(ciede2000(x, lab_from_srgb(120, 33, 202)), 0.0);
}

TEST(Lab, IsThatOfScikitImage) {
  const struct {
    u8 r, g, b;
    Lab lab;
  } known[] = {
      {0, 0, 0, {0.0, 0.0, 0.0}},
      {255, 255, 255, {100.0, -0.0024549378620508655, 0.004653421154054982}},
      {255, 0, 0, {53.2405879437449, 80.0923082256922, 67.2027510444287}},
      {0, 255, 0, {87.73509948831895, -86.18302974439501, 83.17970317538452}},
      {0, 0, 255, {32.29567256501351, 79.18559091176556, -107.85730020669489}},
      {12, 34, 56, {12.65617281532445, 0.12139021127648142, -16.831647573726194}},
      {200, 180, 3, {72.8462548925768, -7.766998739856867, 74.44749877357869}},
      {10, 10, 10, {2.7417349602379666, -0.00017407127364532649, 0.00032995217102427254}},
      {3, 2, 1, {0.586868916585928, 0.12242067630680031, 0.4706280574190369}},
  };
  for (const auto& color : known) {
    const Lab lab = lab_from_srgb(color.r, color.g, color.b);
    // Its constants of the dark end are printed with four digits; ours are exact.
    EXPECT_NEAR(lab.l, color.lab.l, 2e-4) << int{color.r} << " " << int{color.g};
    EXPECT_NEAR(lab.a, color.lab.a, 2e-4) << int{color.r} << " " << int{color.g};
    EXPECT_NEAR(lab.b, color.lab.b, 2e-4) << int{color.r} << " " << int{color.g};
  }
}

TEST(MeanCiede2000, IsThatOfScikitImageForAnyThreads) {
  // Interleaved, as scikit-image has it.
  const auto picture = [](unsigned seed) {
    const Plane flat = test::sequence_plane({6 * 3, 5}, seed);
    RgbImage image(Size{6, 5});
    for (std::size_t i = 0; i < image.size().area(); ++i) {
      image.r.pixels[i] = flat.pixels[3 * i];
      image.g.pixels[i] = flat.pixels[3 * i + 1];
      image.b.pixels[i] = flat.pixels[3 * i + 2];
    }
    return image;
  };
  ThreadPool one(1);
  ThreadPool three(3);
  const double mean = mean_ciede2000(picture(11), picture(12), one);
  EXPECT_NEAR(mean, 44.750195990300654, 1e-3);
  EXPECT_EQ(mean, mean_ciede2000(picture(11), picture(12), three));
}

}  // namespace
}  // namespace mosaic::metrics
