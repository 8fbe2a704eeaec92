#!/usr/bin/env python3
"""Runs the matrix of scripts/bench.sh and prints it as Markdown.

Each run has one of ffmpeg before it, which decodes the same video and encodes it with libx264 at the same preset, crf and
number of threads. What is printed are medians of the runs and of the ratios of such pairs: in CPU seconds (user and system,
of all threads), which mean something on a machine that does other work too, and in wall time.

--bars measures what the project promises itself about speed instead, and says what is met.
"""
import argparse
import json
import os
import pathlib
import statistics
import subprocess
import time

ENCODER = ["-preset", "veryfast", "-crf", "18"]


def measure(command):
    """Wall and CPU seconds and peak memory in MB of one command."""
    start = time.monotonic()
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    errors = process.stderr.read().decode(errors="replace")
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise RuntimeError(f"{command[0]}: exit code {process.returncode}: {errors.strip()[-400:]}")
    return {"wall": time.monotonic() - start, "cpu": usage.ru_utime + usage.ru_stime, "mb": usage.ru_maxrss / 1024}


def medians(results):
    return {key: statistics.median(r[key] for r in results) for key in results[0]}


class Bench:
    def __init__(self, args):
        self.args = args

    def pool(self, count):
        folder = self.args.work / f"pool{count}"
        script = pathlib.Path(__file__).parent / "bench_pool.sh"
        subprocess.run(["bash", script, self.args.photos, str(count), folder], check=True)
        return folder

    def codec_alone(self, threads):
        return measure(["ffmpeg", "-nostdin", "-v", "error", "-y", "-i", self.args.video, "-an", "-c:v", "libx264",
                        *ENCODER, "-threads", str(threads), self.args.work / "codec.mp4"])

    def mosaic(self, tile, tiles, flow, threads=2, video=None, extra=()):
        """Medians of the runs, of their ratios to the codec alone, and of the solver's times; the last report."""
        pool = self.pool(tiles)
        index = self.args.work / f"pool{tiles}_{tile}.mti"
        if not index.exists():
            measure([self.args.program, "index", "--tiles", pool, "--tile-size", str(tile), "-o", index, "--quiet"])
        report = self.args.work / "report.json"
        command = [self.args.program, "--frames", video or self.args.video, "--tiles", pool, "--index", index, "--tile-size",
                   str(tile), "--preset", "vivid", "--flow", flow, "--encoder-preset", "veryfast", "--crf", "18",
                   "--threads", str(threads), "--output", self.args.work / "mosaic.mp4", "--report", report,
                   "--force", "--quiet", *extra]
        results = []
        for _ in range(self.args.runs):
            codec = self.codec_alone(threads)
            one = measure(command)
            told = json.loads(report.read_text())
            within = told["solve_seconds"]["within_shots"]
            results.append(one | {"cpu_ratio": one["cpu"] / codec["cpu"], "wall_ratio": one["wall"] / codec["wall"],
                                  "fps": told["frames_out"] / one["wall"], "solve_ms": 1000 * within["median"],
                                  "solve_p99": 1000 * within["p99"]})
        return medians(results) | {"report": told}

    def row(self, tile, tiles, flow, threads=2):
        try:
            result = self.mosaic(tile, tiles, flow, threads)
        except RuntimeError as error:
            print(f"| {tile} | | {tiles:,} | {flow} | {threads} | {str(error).splitlines()[0]} | | | | | |", flush=True)
            return
        report = result["report"]
        frames = report["frames_out"]
        cells = report["grid"]["columns"] * report["grid"]["rows"]
        stages = " / ".join(f"{1000 * s / frames:.1f}" for s in report["stage_seconds"].values())
        print(f"| {tile} | {cells:,} | {tiles:,} | {flow} | {threads} | {1000 * result['cpu'] / frames:.0f} "
              f"| {result['cpu_ratio']:.2f} | {result['wall_ratio']:.2f} | {result['fps']:.1f} | {stages} "
              f"| {result['solve_ms']:.1f} / {result['solve_p99']:.1f} | {result['mb']:.0f} |", flush=True)

    def header(self, title):
        print(f"\n### {title}\n")
        print("| tile px | cells | tiles | flow | threads | CPU ms per frame | ratio to the codec, CPU | wall "
              "| frames per second | wall ms: describe / flow / score / solve / compose | solver ms: median / p99 | peak MB |")
        print("|---|---|---|---|---|---|---|---|---|---|---|---|", flush=True)


def flows(program):
    """Those that this build can run."""
    return [f for f in ("none", "block", "dis", "raft")
            if subprocess.run([program, "--print-config", "--frames", "-", "--tiles", ".", "--output", "x.mp4", "--flow", f],
                              capture_output=True).returncode == 0]


def bars(bench, known):
    """What the project promises itself, on two cores with AVX-512."""
    print("\n| | measured | bar | |\n|---|---|---|---|")

    def told(what, value, bar, least=False, form="{:.2f}"):
        met = value >= bar if least else value <= bar
        print(f"| {what} | {form.format(value)} | {'at least' if least else 'at most'} {form.format(bar)} "
              f"| {'met' if met else 'MISSED'} |", flush=True)

    main_job = bench.mosaic(32, 4000, "block")
    frames = main_job["report"]["frames_out"]
    told("32 px, 4,000 tiles: wall time by the codec's", main_job["wall_ratio"], 2.0)
    told("the same, CPU time", main_job["cpu_ratio"], 2.0)
    told("solver, median ms", main_job["solve_ms"], 25, form="{:.1f}")
    told("solver, 99th percentile by the median", main_job["solve_p99"] / max(main_job["solve_ms"], 1e-3), 4)
    large = bench.mosaic(64, 4000, "block")
    told("64 px, 4,000 tiles: wall time by the codec's", large["wall_ratio"], 1.5)
    told("the same, CPU time", large["cpu_ratio"], 1.5)
    letterboxed = bench.args.work / f"letterboxed-{bench.args.video.stem}.mp4"
    if not letterboxed.exists():
        part = letterboxed.with_suffix(".part.mp4")
        measure(["ffmpeg", "-nostdin", "-v", "error", "-y", "-i", bench.args.video, "-vf",
                 "crop=iw:800,pad=iw:1080:0:140", "-c:v", "libx264", "-preset", "veryfast", "-crf", "16", part])
        part.rename(letterboxed)
    barred = bench.mosaic(32, 4000, "block", video=letterboxed)
    told("letterboxed, solver: median by the plain one's", barred["solve_ms"] / max(main_job["solve_ms"], 1e-3), 2)
    many = bench.mosaic(32, 100000, "block")
    told("100,000 tiles: time per frame by that of 4,000", many["wall"] / main_job["wall"], 4)
    told("the same, peak MB", many["mb"], 2000, form="{:.0f}")
    fine = bench.mosaic(16, 15000, "block", extra=("--range", f"0-{min(frames, 120) - 1}"))
    told("16 px, 15,000 tiles: solver, median ms", fine["solve_ms"], 400, form="{:.0f}")
    if "raft" in known:
        for precision, bar in (("fp64", 2), ("fp32", 4)):
            last = f"{max(0, frames - 120)}-{frames - 1}"
            raft = bench.mosaic(32, 4000, "raft", extra=("--flow-when", "always", "--flow-precision", precision, "--range", last))
            told(f"RAFT in {precision}, frames per second with start-up", raft["fps"], bar, least=True)


def main():
    parser = argparse.ArgumentParser()
    for name in ("--program", "--video", "--photos", "--work"):
        parser.add_argument(name, required=True, type=pathlib.Path)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--full", action="store_true")
    parser.add_argument("--bars", action="store_true")
    args = parser.parse_args()
    bench = Bench(args)
    cpu = next((line.split(":")[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")), "?")
    print(f"{os.cpu_count()} x {cpu}; load {os.getloadavg()[0]:.1f}; medians of {args.runs}; 1920x1080, vivid, x264 "
          f"veryfast crf 18, `scripts/bench.sh{' --full' if args.full else ' --bars' if args.bars else ''}`.")
    known = flows(args.program)
    for threads in (1, 2):
        codec = medians([bench.codec_alone(threads) for _ in range(args.runs)])
        print(f"\nffmpeg alone, {threads} threads: {codec['cpu']:.2f} s CPU, {codec['wall']:.2f} s wall.")
    if args.bars:
        return bars(bench, known)
    if args.full:
        bench.header("All")
        for tile in (16, 32, 64):
            for tiles in (1000, 4000, 20000, 100000):
                for flow in known:
                    bench.row(tile, tiles, flow)
    else:
        bench.header("Flow")
        for flow in known:
            bench.row(32, 4000, flow)
        bench.header("Cells")
        for tile in (64, 16):
            bench.row(tile, 4000, "block")
        bench.header("Tiles")
        for tiles in (1000, 20000):
            bench.row(32, tiles, "block")
    bench.header("Threads")
    for threads in (1, os.cpu_count()):
        bench.row(32, 4000, "block", threads)


if __name__ == "__main__":
    main()
