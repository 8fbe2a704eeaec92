#!/usr/bin/env python3
"""Motion panel: how steadily a preset carries its tiles through clips whose motion is known.

  scripts/panel.py PROGRAM [--tiles POOL] [--preset NAME]... [--flow NAME]... [--film VIDEO]
                           [--check] [-- OPTIONS]

Draws small clips (static, repeated, noise, drift, pan, zoom, rotation, crossing, occlusion, fade,
flash, cut), renders each with PROGRAM and the OPTIONS given after "--", and prints one table per
preset, and per estimator of motion when some are named, whose errors are then measured. Without
--tiles a pool is drawn, too. With --film the first 240 frames of a real film are rendered in 35x20
cells of 54 px and compared as well. --check ends with status 1 when a clip misses its bar.

What the columns mean is explained in docs/metrics.md, "Motion panel". Needs NumPy.
"""

import argparse
import functools
import json
import math
import pathlib
import struct
import subprocess
import sys
import tempfile
import zlib

import numpy as np

WIDTH, HEIGHT, CELL_PX = 640, 360, 20
COLUMNS, ROWS = WIDTH // CELL_PX, HEIGHT // CELL_PX
FRAMES = 24
CUT_AT = FRAMES // 2
FILM_FRAMES = 240
FLOW_PAIRS = (3, 9, 17)  # frames whose motion to the one before is compared with the truth


# ---------------------------------------------------------------------------------------------
# Pictures

def write_png(path, rgb):
    """8-bit RGB, no filter; zlib level 1 because the files live for seconds."""
    height, width, _ = rgb.shape
    rows = np.concatenate([np.zeros((height, 1), np.uint8), rgb.reshape(height, width * 3)], axis=1)

    def chunk(kind, data):
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header)
                     + chunk(b"IDAT", zlib.compress(rows.tobytes(), 1)) + chunk(b"IEND", b""))


def smooth_noise(random, height, width, cell):
    """One octave: random values on a lattice, joined by a smooth curve."""
    lattice = random.random((height // cell + 3, width // cell + 3))

    def axis(length):
        at = np.arange(length) / cell
        whole = at.astype(int)
        t = at - whole
        return whole, t * t * (3 - 2 * t)

    y, fy = axis(height)
    x, fx = axis(width)
    top = lattice[y][:, x] * (1 - fx) + lattice[y][:, x + 1] * fx
    low = lattice[y + 1][:, x] * (1 - fx) + lattice[y + 1][:, x + 1] * fx
    return top * (1 - fy[:, None]) + low * fy[:, None]


@functools.lru_cache(maxsize=None)
def texture(seed, height, width):
    """A colourful scene with edges and detail at every scale, no two regions alike; 0-255."""
    random = np.random.default_rng(seed)
    planes = []
    for _ in range(3):
        plane = np.zeros((height, width))
        for cell, weight in ((160, 1.0), (64, 0.7), (24, 0.45), (9, 0.25), (4, 0.12)):
            plane += weight * (smooth_noise(random, height, width, cell) - 0.5)
        # Things with edges: where another noise is high the surface is another one.
        plane += 0.35 * (smooth_noise(random, height, width, 48) > 0.55)
        planes.append(plane)
    shared = 0.6 * planes[0]  # light and dark regions, not only hues
    scene = np.stack([127 + 130 * (shared + 0.7 * plane) for plane in planes], axis=2)
    return np.clip(scene, 0, 255)


def draw_pool(folder, count):
    """Tiles of plain, shaded and textured colour, spread over the colour cube."""
    folder.mkdir()
    random = np.random.default_rng(7)
    for i in range(count):
        color = random.random(3) ** random.uniform(0.6, 1.6) * 255
        detail = texture(1000 + i, 64, 64) - 127
        slope = np.linspace(-1, 1, 64)
        shade = random.normal(0, 30) * slope[:, None] + random.normal(0, 30) * slope[None, :]
        tile = color + shade[:, :, None] + detail * random.uniform(0.1, 0.6)
        write_png(folder / f"tile{i:04d}.png", np.clip(np.rint(tile), 0, 255).astype(np.uint8))


# ---------------------------------------------------------------------------------------------
# Scenes: layers of texture, each with its own motion

def shift(dx, dy):
    return np.array([[1, 0, dx], [0, 1, dy], [0, 0, 1.0]])


def about_centre(matrix):
    return shift(WIDTH / 2, HEIGHT / 2) @ matrix @ shift(-WIDTH / 2, -HEIGHT / 2)


class Layer:
    """`place(t)`: 3x3 matrix from layer to frame coordinates. `radius`: a disc about the origin of
    the layer, or None for a layer that covers everything."""

    MARGIN = 200  # texture beyond the frame, px

    def __init__(self, seed, place, radius=None):
        self.place = place
        self.radius = radius
        self.picture = texture(seed, HEIGHT + 2 * self.MARGIN, WIDTH + 2 * self.MARGIN)

    def to_layer(self, t, x, y):
        m = np.linalg.inv(self.place(t))
        return m[0, 0] * x + m[0, 1] * y + m[0, 2], m[1, 0] * x + m[1, 1] * y + m[1, 2]

    def to_frame(self, t, u, v):
        m = self.place(t)
        return m[0, 0] * u + m[0, 1] * v + m[0, 2], m[1, 0] * u + m[1, 1] * v + m[1, 2]

    def covers(self, u, v):
        if self.radius is None:
            return np.ones(np.shape(u), bool)
        return u * u + v * v < self.radius * self.radius

    def color(self, u, v):
        """Bilinear; coordinates are of pixel centres."""
        height, width, _ = self.picture.shape
        x = np.clip(u + self.MARGIN - 0.5, 0, width - 1.001)
        y = np.clip(v + self.MARGIN - 0.5, 0, height - 1.001)
        xi, yi = x.astype(int), y.astype(int)
        fx, fy = (x - xi)[..., None], (y - yi)[..., None]
        p = self.picture
        top = p[yi, xi] * (1 - fx) + p[yi, xi + 1] * fx
        low = p[yi + 1, xi] * (1 - fx) + p[yi + 1, xi + 1] * fx
        return top * (1 - fy) + low * fy


class Clip:
    """Frames from layers (the last one on top), then `finish(t, frame)`."""

    def __init__(self, name, layers, finish=None, bar=None, moving=False):
        self.name = name
        self.layers = layers
        self.finish = finish
        self.bar = bar or (lambda row: True)
        self.moving = moving

    def top_layer(self, t, x, y):
        top = np.zeros(np.shape(x), int)
        for k, layer in enumerate(self.layers):
            top[layer.covers(*layer.to_layer(t, x, y))] = k
        return top

    def frame(self, t):
        y, x = np.mgrid[0:HEIGHT, 0:WIDTH] + 0.5
        top = self.top_layer(t, x, y)
        frame = np.zeros((HEIGHT, WIDTH, 3))
        for k, layer in enumerate(self.layers):
            here = top == k
            frame[here] = layer.color(*layer.to_layer(t, x[here], y[here]))
        if self.finish is not None:
            frame = self.finish(t, frame)
        return np.clip(np.rint(frame), 0, 255).astype(np.uint8)

    def write(self, folder):
        folder.mkdir()
        for t in range(FRAMES):
            write_png(folder / f"frame{t:04d}.png", self.frame(t))

    def origin(self, t, s, x, y):
        """Where in frame s the content at (x, y) of frame t was, and whether it was to be seen."""
        top = self.top_layer(t, x, y)
        ox, oy = np.zeros_like(x), np.zeros_like(y)
        for k, layer in enumerate(self.layers):
            here = top == k
            ox[here], oy[here] = layer.to_frame(s, *layer.to_layer(t, x[here], y[here]))
        seen = (ox >= 0) & (ox < WIDTH) & (oy >= 0) & (oy < HEIGHT)
        return ox, oy, seen & (self.top_layer(s, ox, oy) == top)


def noise_finish(seed, sigma):
    random = np.random.default_rng(seed)
    return lambda t, frame: frame + random.normal(0, sigma, frame.shape)


def make_clips():
    still = lambda t: np.eye(3)
    pan = lambda t: shift(-6.0 * t, -3.0 * t)
    zoom = lambda t: about_centre(np.diag([1.025 ** t, 1.025 ** t, 1.0]))

    def turn(t):
        c, s = math.cos(math.radians(1.5 * t)), math.sin(math.radians(1.5 * t))
        return about_centre(np.array([[c, -s, 0], [s, c, 0], [0, 0, 1.0]]))

    crossing = [Layer(1, still),
                Layer(2, lambda t: shift(120 + 17 * t, 150), 85),
                Layer(3, lambda t: shift(520 - 17 * t, 220), 85)]
    gain = lambda t: min(1.0, t / (FRAMES * 2 / 3))
    spin = lambda t: (math.cos(math.radians(5.0 * t)), math.sin(math.radians(5.0 * t)))
    fast_turn = lambda t: about_centre(
        np.array([[spin(t)[0], -spin(t)[1], 0], [spin(t)[1], spin(t)[0], 0], [0, 0, 1.0]]))
    fast_zoom = lambda t: about_centre(np.diag([1.06 ** t, 1.06 ** t, 1.0]))
    occlusion = [Layer(1, lambda t: shift(-8.0 * t, 0.0)), Layer(2, lambda t: shift(320, 180), 110)]
    scenes = [Layer(4, still), Layer(5, still)]
    cut = Clip("cut", scenes)
    cut.top_layer = lambda t, x, y: np.full(np.shape(x), 0 if t < CUT_AT else 1)
    cut.bar = lambda row: row["cuts"] == [0, CUT_AT] and row["after_cut"] == 0
    rides = lambda row: row["ride"] is not None and row["ride"] >= 0.9
    return [
        Clip("static", [Layer(1, still)], noise_finish(11, 0.3),
             lambda row: row["changed"] <= 0.001),
        Clip("repeated", [Layer(1, still)], None, lambda row: row["changed"] == 0),
        Clip("noise, sigma 2", [Layer(1, still)], noise_finish(12, 2.0),
             lambda row: row["changed"] < 0.001),
        Clip("drift, 0.13 px", [Layer(1, lambda t: shift(0.13 * t, 0.07 * t))], None,
             lambda row: row["changed"] <= 0.01),
        Clip("pan, 6.7 px", [Layer(1, pan)], None, rides, True),
        Clip("zoom, 2.5 %", [Layer(1, zoom)], None, rides, True),
        Clip("rotation, 1.5 deg", [Layer(1, turn)], None, rides, True),
        Clip("fast zoom, 6 %", [Layer(1, fast_zoom)], None, None, True),
        Clip("fast turn, 5 deg", [Layer(1, fast_turn)], None, None, True),
        Clip("crossing, 17 px", crossing, None, None, True),
        Clip("occlusion, 8 px", occlusion, None, None, True),
        Clip("fade", [Layer(1, still)], lambda t, frame: frame * gain(t),
             lambda row: row["changed"] <= 0.05),
        Clip("flash", [Layer(1, still)],
             lambda t, frame: frame * 1.6 + 40 if t == CUT_AT else frame),
        cut,
    ]


# ---------------------------------------------------------------------------------------------
# Plans

def read_plan(path):
    with open(path, encoding="utf-8") as file:
        header = json.loads(file.readline())
        lines = [json.loads(line) for line in file]
    columns, rows = header["grid"]["columns"], header["grid"]["rows"]
    tiles = np.array([line["tiles"] for line in lines]).reshape(len(lines), rows, columns)
    carried = sum(line["carried"] for line in lines)
    switched = sum(line["switched"] for line in lines) / max(1, carried)
    return tiles, [line["scene_cut"] for line in lines], switched


def growth(clip, t, s, x, y):
    """How much of a cell at frame s the content of one cell of frame t filled; at most 1. Where the
    picture grows there are more cells than tiles, and no more can ride than there were."""
    step = 0.5
    ax, ay, _ = clip.origin(t, s, x - step, y)
    bx, by, _ = clip.origin(t, s, x + step, y)
    cx, cy, _ = clip.origin(t, s, x, y - step)
    dx, dy, _ = clip.origin(t, s, x, y + step)
    area = abs((bx - ax) * (dy - cy) - (by - ay) * (dx - cx)) / (4 * step * step)
    return np.minimum(1.0, area)


def ride_share(clip, tiles):
    """Of the cells whose content has moved by at least one cell since some earlier frame (the
    latest such is taken), the share that shows a tile which then was at that content: in one of
    the up to four cells around it, because a tile stands up to half a cell beside its content. A cell
    counts as much as the part of a cell its content filled then (growth())."""
    y, x = np.mgrid[0:ROWS, 0:COLUMNS] * CELL_PX + CELL_PX / 2
    good = total = 0.0
    for t in range(1, len(tiles)):
        open_cells = np.ones(x.shape, bool)
        for s in range(t - 1, -1, -1):
            ox, oy, seen = clip.origin(t, s, x, y)
            moved = np.maximum(abs(ox - x), abs(oy - y)) >= CELL_PX
            now = open_cells & seen & moved
            open_cells &= seen & ~moved
            if not now.any():
                continue
            cx, cy = ox / CELL_PX - 0.5, oy / CELL_PX - 0.5
            # Beside the outermost centres the tile may have stood outside the picture.
            now &= (cx >= 0) & (cx <= COLUMNS - 1) & (cy >= 0) & (cy <= ROWS - 1)
            found = np.zeros(x.shape, bool)
            for ix in (np.floor(cx), np.ceil(cx)):
                for iy in (np.floor(cy), np.ceil(cy)):
                    there = tiles[s][np.clip(iy, 0, ROWS - 1).astype(int),
                                     np.clip(ix, 0, COLUMNS - 1).astype(int)]
                    found |= there == tiles[t]
            good += float((found & now).sum())
            total += float(growth(clip, t, s, x, y)[now].sum())
    return min(1.0, good / total) if total else None


def plan_row(tiles, cuts):
    steps = [float((tiles[t] != tiles[t - 1]).mean())
             for t in range(1, len(tiles)) if not cuts[t]]
    after = [float((tiles[t] != tiles[t - 1]).mean())
             for t in range(CUT_AT + 1, min(CUT_AT + 6, len(tiles)))]
    return {"changed": float(np.mean(steps)) if steps else 0.0,
            "worst": max(steps, default=0.0),
            "cuts": [t for t, is_cut in enumerate(cuts) if is_cut],
            "after_cut": float(np.mean(after)) if after else 0.0}


def flow_error(clip, t, flow):
    """End-point errors in px of the motion from frame t back to the one before, for the cells that
    show one thing, all of it seen in both frames. `flow`: ROWS x COLUMNS x 2, x before y."""
    y, x = np.mgrid[0:ROWS, 0:COLUMNS] * CELL_PX + CELL_PX / 2
    layer = clip.top_layer(t, x, y)
    whole = np.ones(x.shape, bool)
    for dx in (-CELL_PX / 2 + 0.5, CELL_PX / 2 - 0.5):
        for dy in (-CELL_PX / 2 + 0.5, CELL_PX / 2 - 0.5):
            whole &= clip.origin(t, t - 1, x + dx, y + dy)[2]
            whole &= clip.top_layer(t, x + dx, y + dy) == layer
    ox, oy, _ = clip.origin(t, t - 1, x, y)
    return np.hypot(flow[..., 0] - (ox - x), flow[..., 1] - (oy - y))[whole]


def read_flo(path):
    """The vectors at the centres of the cells."""
    data = path.read_bytes()
    width, height = struct.unpack("<4xii", data[:12])
    flow = np.frombuffer(data, "<f4", offset=12).reshape(height, width, 2)
    return flow[CELL_PX // 2::CELL_PX, CELL_PX // 2::CELL_PX]


# ---------------------------------------------------------------------------------------------
# Runs

def run(command):
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode not in (0, 3):
        sys.exit(f"panel.py: {' '.join(map(str, command))}\n{done.stderr.strip()}")
    return done.stdout


class Panel:
    def __init__(self, args, work):
        self.args = args
        self.work = work
        self.tiles = args.tiles
        if self.tiles is None:
            self.tiles = work / "pool"
            draw_pool(self.tiles, 500)

    def measure(self, source, tag, preset, flow, size_options, output):
        plan = self.work / f"{tag}.jsonl"
        report = self.work / f"{tag}.json"
        run([self.args.program, "--frames", source, "--tiles", self.tiles, "--output", output,
             "--index", self.work / "pool.mti", "--plan", plan, "--quiet", "--force",
             "--preset", preset, *(["--flow", flow] if flow else []), *size_options,
             *self.args.options])
        run([self.args.program, "metrics", "--source", source, "--mosaic", output, "--plan", plan,
             "--json", report, "--force", "--quiet"])
        tiles, cuts, switched = read_plan(plan)
        row = plan_row(tiles, cuts)
        row["switched"] = switched
        return tiles, row, json.loads(report.read_text(encoding="utf-8"))

    def flow_error(self, clip, source, flow):
        """Mean over some pairs of frames, px; of the cut's none that is across it."""
        errors = []
        for t in FLOW_PAIRS:
            run([self.args.program, "check", "flow", source / f"frame{t:04d}.png",
                 source / f"frame{t - 1:04d}.png", "--flow", flow, "--tile-size", str(CELL_PX),
                 "--output", self.work / "pair.flo", "--force"])
            errors.append(flow_error(clip, t, read_flo(self.work / "pair.flo")))
        return float(np.concatenate(errors).mean())

    def clip(self, clip, source, preset, flow):
        tag = f"{preset}-{flow or 'own'}-{source.name}"
        tiles, row, report = self.measure(
            source, tag, preset, flow, ["--grid", f"{COLUMNS}x{ROWS}", "--tile-size", str(CELL_PX)],
            f"{self.work / tag}-mosaic/")
        row["ride"] = ride_share(clip, tiles) if clip.moving else None
        row["flow_error"] = self.flow_error(clip, source, flow) if flow else None
        row["passed"] = clip.bar(row)
        return row, report

    def film(self, preset, flow):
        size = ["--grid", "35x20", "--tile-size", "54", "--range", f"0-{FILM_FRAMES - 1}"]
        _, row, report = self.measure(self.args.film, f"{preset}-{flow or 'own'}-film", preset, flow,
                                      size, self.work / f"{preset}-film.mp4")
        row["ride"] = row["flow_error"] = None
        row["passed"] = True
        return row, report


def show(value, scale=1.0, digits=2):
    return "-" if value is None else f"{value * scale:.{digits}f}"


def print_row(name, row, report):
    along, still = report["along_motion"], report["still_pixels"]
    cells = [show(row["changed"], 100), show(row["worst"], 100), show(row["switched"], 100),
             show(row["ride"], 100, 1), show(row["flow_error"], 1, 2),
             show(still["mosaic_levels"]), show(still["source_levels"]),
             show(along["mosaic_levels"]), show(along["source_levels"]),
             show(report["plan"]["twins_per_frame"], 1, 1),
             str(max(0, len(row["cuts"]) - 1)), show(row["after_cut"], 100),
             show(report["fidelity"]["ssim_3x3"]["mean"], 1, 3),
             "ok" if row["passed"] else "MISSED"]
    print(f"{name:18}" + "".join(f"{cell:>9}" for cell in cells), flush=True)


def print_heading(preset, flow, options):
    words = ([f"--flow {flow}"] if flow else []) + options
    print(f"\npreset {preset}" + (f", {' '.join(words)}" if words else ""))
    first = ["changed", "worst", "switched", "riding", "flow", "still", "(source)", "along", "(source)",
             "twins", "cuts", "after", "SSIM 3x3", "bar"]
    second = ["%/frame", "%", "%/frame", "%", "px off", "levels", "", "levels", "", "/frame", "", "cut, %",
              "", ""]
    for words in (first, second):
        print(f"{'':18}" + "".join(f"{word:>9}" for word in words))


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("program", type=pathlib.Path, help="the mosaic-temporal executable")
    parser.add_argument("--tiles", type=pathlib.Path, help="folder of photos; else drawn")
    parser.add_argument("--preset", action="append", help="may be repeated [vivid]")
    parser.add_argument("--flow", action="append",
                        help="estimator of motion, may be repeated [the preset's, unmeasured]")
    parser.add_argument("--film", type=pathlib.Path, help="a video with at least 240 frames")
    parser.add_argument("--clip", action="append", help="only clips whose name begins so")
    parser.add_argument("--check", action="store_true", help="status 1 when a bar is missed")
    parser.epilog = "What follows -- are options of the renders."
    # By hand: argparse takes words after "--" for too many, once flags follow the first one.
    words = sys.argv[1:]
    split = words.index("--") if "--" in words else len(words)
    args = parser.parse_args(words[:split])
    args.options = words[split + 1:]
    return args


def main():
    args = parse_arguments()
    clips = [clip for clip in make_clips()
             if not args.clip or any(clip.name.startswith(name) for name in args.clip)]
    missed = False
    with tempfile.TemporaryDirectory(prefix="mosaic-panel-") as name:
        work = pathlib.Path(name)
        panel = Panel(args, work)
        folders = {}
        for clip in clips:
            folders[clip.name] = work / "".join(c for c in clip.name if c.isalnum())
            clip.write(folders[clip.name])
        tables = [(preset, flow) for preset in args.preset or ["vivid"]
                  for flow in args.flow or [None]]
        for preset, flow in tables:
            print_heading(preset, flow, args.options)
            for clip in clips:
                row, report = panel.clip(clip, folders[clip.name], preset, flow)
                missed |= not row["passed"]
                print_row(clip.name, row, report)
            if args.film:
                print_row("film", *panel.film(preset, flow))
    if args.check and missed:
        sys.exit(1)


if __name__ == "__main__":
    main()
