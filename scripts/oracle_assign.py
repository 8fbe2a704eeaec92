#!/usr/bin/env python3
"""Holds the assignment solver against SciPy's linear_sum_assignment.

usage: oracle_assign.py SOLVER DATA {synthetic,real}

SOLVER is the test tool that stands for `mosaic-temporal check assign`; DATA holds bbb480.mp4 and
tiles/. Exit code 77 means skipped: SciPy, Pillow, ffmpeg or the data are not there.
"""

import pathlib
import subprocess
import sys
import tempfile

SKIPPED = 77

try:
    import numpy as np
    from scipy.optimize import linear_sum_assignment
except ImportError as error:
    print(f"SKIPPED: {error}")
    sys.exit(SKIPPED)


def ours(solver, folder, costs, max_uses):
    """Runs our solver on a matrix; returns its optimum and assignment."""
    path = folder / "costs.i32"
    chosen = folder / "assignment.txt"
    chosen.unlink(missing_ok=True)  # the solver replaces nothing
    costs.astype("<i4").tofile(path)
    rows, columns = costs.shape
    command = [solver, path, str(rows), str(columns), str(max_uses), chosen]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    if run.returncode != 0:
        sys.exit(f"{command} failed:\n{run.stdout}{run.stderr}")
    facts = dict(line.split(" ", 1) for line in run.stdout.splitlines())
    if not facts["certificate"].startswith("optimal"):
        sys.exit(f"certificate: {facts['certificate']}")
    assignment = np.loadtxt(chosen, dtype=np.int64, ndmin=1)
    return int(facts["optimum"]), assignment


def compare(solver, folder, name, costs, max_uses=1):
    """Compares one problem and exits with a message when the two disagree."""
    optimum, assignment = ours(solver, folder, costs, max_uses)
    if np.bincount(assignment, minlength=costs.shape[1]).max() > max_uses:
        sys.exit(f"{name}: a column is used more than {max_uses} times")
    paid = int(costs[np.arange(costs.shape[0]), assignment].sum(dtype=np.int64))
    repeated = np.repeat(costs, max_uses, axis=1)
    rows, columns = linear_sum_assignment(repeated)
    expected = int(repeated[rows, columns].sum(dtype=np.int64))
    print(f"{name}: {costs.shape[0]} x {costs.shape[1]}, uses {max_uses}: {optimum}")
    if not optimum == paid == expected:
        sys.exit(f"{name}: stated {optimum}, paid {paid}, SciPy {expected}")


def synthetic(solver, folder):
    """Random shapes, ranges (ties, negative costs) and capacities."""
    random = np.random.default_rng(20)
    for case in range(40):
        columns = int(random.integers(1, 90))
        uses = int(random.integers(1, 5))
        rows = int(random.integers(1, columns * uses + 1))
        high = int(random.choice([1, 7, 1000, 10**6, 2**27]))
        low = int(random.choice([0, -high]))
        costs = random.integers(low, high, (rows, columns), dtype=np.int64)
        compare(solver, folder, f"case {case} in {low}..{high}", costs, uses)


def five_by_five(pictures):
    """Mean colours of a 5 x 5 grid: n x (5 s) x (5 s) x 3 to n x 75."""
    count, side = pictures.shape[0], pictures.shape[1] // 5
    means = pictures.reshape(count, 5, side, 5, side, 3).mean((2, 4))
    return np.rint(means).astype(np.int32).reshape(count, 75)


def frame_cells(video, columns, rows, second):
    """Features of the cells of one frame."""
    width, height = columns * 10, rows * 10
    command = ["ffmpeg", "-v", "error", "-ss", str(second), "-i", video, "-frames:v", "1"]
    command += ["-vf", f"scale={width}:{height}:flags=area", "-pix_fmt", "rgb24"]
    command += ["-f", "rawvideo", "-"]
    raw = subprocess.run(command, capture_output=True, check=True).stdout
    frame = np.frombuffer(raw, np.uint8).reshape(rows, 10, columns, 10, 3)
    cells = frame.transpose(0, 2, 1, 3, 4).reshape(rows * columns, 10, 10, 3)
    return five_by_five(cells.astype(np.float64))


def photo_tiles(folder, variants):
    """Features of every photo: the whole square, then mirrored or brightened crops."""
    from PIL import Image

    tiles = []
    for variant in range(variants):
        for path in sorted(folder.glob("*.jpg")):
            picture = Image.open(path).convert("RGB")
            side = min(picture.size) * (10 - 2 * variant) // 10
            left = (picture.width - side) * variant // max(variants - 1, 1)
            top = (picture.height - side) // 2
            picture = picture.crop((left, top, left + side, top + side))
            pixels = np.asarray(picture.resize((20, 20), Image.BOX), dtype=np.float64)
            if variant % 2 == 1:
                pixels = pixels[:, ::-1]
            tiles.append(np.minimum(pixels * (1 + 0.1 * (variant // 2)), 255))
    return five_by_five(np.array(tiles))


def distances(cells, tiles):
    """Squared L2 distances, exact in int64."""
    squares = (cells**2).sum(1)[:, None] + (tiles**2).sum(1)[None, :]
    return squares - 2 * cells.astype(np.int64) @ tiles.T.astype(np.int64)


def real(solver, folder, data):
    """Frames of the test clip against its photographs."""
    video, photos = data / "bbb480.mp4", data / "tiles"
    if not video.exists() or not photos.is_dir():
        print(f"SKIPPED: no test data in {data}")
        sys.exit(SKIPPED)
    try:
        small, large = photo_tiles(photos, 1), photo_tiles(photos, 4)
        cells = frame_cells(video, 30, 17, 10)
    except (ImportError, FileNotFoundError) as error:
        print(f"SKIPPED: {error}")
        sys.exit(SKIPPED)
    compare(solver, folder, "real", distances(cells, small))
    compare(solver, folder, "real", distances(frame_cells(video, 60, 34, 10), large))
    cells = frame_cells(video, 53, 30, 20)
    compare(solver, folder, "real", distances(cells, small), 5)


def main():
    solver, data, kind = sys.argv[1], pathlib.Path(sys.argv[2]), sys.argv[3]
    with tempfile.TemporaryDirectory() as name:
        if kind == "synthetic":
            synthetic(solver, pathlib.Path(name))
        else:
            real(solver, pathlib.Path(name), data)


if __name__ == "__main__":
    main()
