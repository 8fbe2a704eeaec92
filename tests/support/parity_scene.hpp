// The frames and questions of src/parity, for GoogleTest.
#pragma once

#include <gtest/gtest.h>

#include "parity/parity_scene.hpp"

namespace mosaic::test {

using parity::Outcome;
using parity::ParityScene;
using parity::ParitySetting;

/// Odd and even cells from 1 to 64 px; more and fewer tiles than cells and than a list holds.
inline const std::vector<ParitySetting> kParitySettings = {
    {1, 1, 5, 1, 0.0, false, false},
    {2, 5, 17, 1, 10.0, false, true},
    {6, 3, 64, 1, 10.0, false, false},
    {7, 8, 65, 3, 10.0, false, true},
    {8, 5, 100, 2, 50.0, true, true},
    {15, 5, 300, 1, 50.0, true, false},
    {16, 5, 257, 4, 50.0, false, true},
    {31, 4, 129, 1, 5.0, false, false, 5, 3},
    {32, 5, 40, 1, 1000.0, true, true, 4, 3},
    {33, 7, 900, 1, 50.0, true, false, 4, 2},
    {63, 6, 16, 1, 50.0, false, false, 2, 2},
    {64, 6, 70, 1, 50.0, false, true, 2, 3},
    {32, 5, 2000, 2, 20.0, false, true, 7, 1},
    {31, 5, 90, 1, 50.0, false, false, 4, 3, true},
    {16, 5, 30, 2, 50.0, true, true, 8, 5, true},
};

/// Fails the test for every array that differs.
inline void expect_equal(const Outcome& got, const Outcome& want) {
  EXPECT_EQ(parity::differences(got, want), std::vector<std::string>{});
}

}  // namespace mosaic::test
