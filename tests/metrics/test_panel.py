"""The motion panel's own measures on plans whose riding is known."""

import pathlib
import sys
import unittest

try:
    import numpy as np
except ImportError:
    print("skipped: this Python has no NumPy")
    sys.exit(77)

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "scripts"))
import panel  # noqa: E402


def plan_of(tile_at):
    """Tiles of every frame from tile_at(t, x, y) at the cells' centres."""
    y, x = np.mgrid[0:panel.ROWS, 0:panel.COLUMNS] * panel.CELL_PX + panel.CELL_PX / 2
    return np.array([tile_at(t, x, y) for t in range(panel.FRAMES)])


class RideShare(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.clips = {clip.name.split(",")[0]: clip for clip in panel.make_clips()}

    @staticmethod
    def glued(clip):
        """Tiles that ride perfectly: numbered by the content at the cell's centre."""
        def tile_at(t, x, y):
            top = clip.top_layer(t, x, y)
            tiles = np.zeros(x.shape, int)
            for k, layer in enumerate(clip.layers):
                u, v = layer.to_layer(t, x, y)
                lattice = np.floor(v / panel.CELL_PX) * 1000 + np.floor(u / panel.CELL_PX)
                tiles[top == k] = (lattice + k * 1000000)[top == k]
            return tiles
        return plan_of(tile_at)

    def test_tiles_glued_to_a_pan_ride(self):
        self.assertEqual(panel.ride_share(self.clips["pan"], self.glued(self.clips["pan"])), 1.0)

    def test_tiles_glued_to_other_motion_ride_nearly_all(self):
        # A lattice that turns or grows meets the cells' lattice at an angle: some are lost between.
        for name in ("zoom", "rotation", "crossing"):
            share = panel.ride_share(self.clips[name], self.glued(self.clips[name]))
            self.assertGreater(share, 0.93, name)

    def test_growth_is_the_area_that_the_content_had(self):
        y, x = np.mgrid[0:panel.ROWS, 0:panel.COLUMNS] * panel.CELL_PX + panel.CELL_PX / 2
        for name, expected in (("pan", 1.0), ("rotation", 1.0), ("zoom", 1.025 ** -8)):
            np.testing.assert_allclose(panel.growth(self.clips[name], 9, 5, x, y), expected, 1e-6)
        # Back in time the picture shrinks: no cell counts for more than one.
        self.assertEqual(panel.growth(self.clips["zoom"], 5, 9, x, y).max(), 1.0)

    def test_tiles_that_stay_do_not_ride(self):
        still = plan_of(lambda t, x, y: np.arange(x.size).reshape(x.shape))
        for name in ("pan", "zoom", "rotation", "crossing"):
            share = panel.ride_share(self.clips[name], still)
            self.assertLess(share, 0.05, name)

    def test_nothing_moves_by_a_cell_in_a_still_scene(self):
        self.assertIsNone(panel.ride_share(self.clips["repeated"],
                                           plan_of(lambda t, x, y: np.zeros(x.shape, int))))


class FlowError(unittest.TestCase):
    @staticmethod
    def truth(clip, t):
        y, x = np.mgrid[0:panel.ROWS, 0:panel.COLUMNS] * panel.CELL_PX + panel.CELL_PX / 2
        ox, oy, _ = clip.origin(t, t - 1, x, y)
        return np.stack([ox - x, oy - y], axis=2)

    def test_it_is_the_distance_from_the_truth(self):
        for clip in panel.make_clips():
            truth = self.truth(clip, 9)
            self.assertEqual(panel.flow_error(clip, 9, truth).max(), 0, clip.name)
            off = panel.flow_error(clip, 9, truth + np.array([3.0, -4.0]))
            self.assertLess(abs(off - 5).max(), 1e-9, clip.name)

    def test_cells_of_two_things_do_not_count(self):
        clips = {clip.name.split(",")[0]: clip for clip in panel.make_clips()}
        count = lambda name: panel.flow_error(clips[name], 9, self.truth(clips[name], 9)).size
        self.assertEqual(count("repeated"), panel.ROWS * panel.COLUMNS)
        self.assertLess(count("occlusion"), panel.ROWS * (panel.COLUMNS - 1))
        self.assertGreater(count("occlusion"), panel.ROWS * panel.COLUMNS * 0.8)


class Clips(unittest.TestCase):
    def test_frames_show_what_origin_says(self):
        y, x = np.mgrid[40:320:20, 40:600:20] + 0.5
        for clip in panel.make_clips():
            if not clip.moving:
                continue
            for t, s in ((1, 0), (13, 9)):
                now, before = clip.frame(t).astype(float), clip.frame(s).astype(float)
                ox, oy, seen = clip.origin(t, s, x, y)
                xi, yi = np.rint(ox[seen] - 0.5).astype(int), np.rint(oy[seen] - 0.5).astype(int)
                there = before[np.clip(yi, 0, panel.HEIGHT - 1), np.clip(xi, 0, panel.WIDTH - 1)]
                here = now[y.astype(int), x.astype(int)][seen]
                self.assertLess(np.median(abs(here - there)), 3.0, clip.name)
                self.assertGreater(seen.mean(), 0.5, clip.name)

    def test_a_cut_a_flash_and_a_fade_are_where_they_should_be(self):
        clips = {clip.name: clip for clip in panel.make_clips()}
        change = lambda clip, t: abs(clip.frame(t).astype(int) - clip.frame(t - 1)).mean()
        self.assertEqual(change(clips["cut"], panel.CUT_AT - 1), 0)
        self.assertGreater(change(clips["cut"], panel.CUT_AT), 20)
        self.assertEqual(change(clips["cut"], panel.CUT_AT + 1), 0)
        self.assertGreater(change(clips["flash"], panel.CUT_AT), 20)
        self.assertEqual(clips["fade"].frame(0).max(), 0)
        self.assertEqual(change(clips["fade"], panel.FRAMES - 1), 0)


if __name__ == "__main__":
    unittest.main()
