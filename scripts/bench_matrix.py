#!/usr/bin/env python3
"""Runs the matrix of scripts/bench.sh and prints it as Markdown.

CPU seconds (user and system, of all threads) decide, because they mean something on a machine that does other work too;
wall time is printed beside them. Both are ratios to ffmpeg decoding the same video and encoding it with libx264 at the same
preset, crf and number of threads, measured between the other runs.
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
        self.codec = {}

    def pool(self, count):
        folder = self.args.work / f"pool{count}"
        script = pathlib.Path(__file__).parent / "bench_pool.sh"
        subprocess.run(["bash", script, self.args.photos, str(count), folder], check=True)
        return folder

    def codec_alone(self, threads):
        if threads not in self.codec:
            command = ["ffmpeg", "-nostdin", "-v", "error", "-y", "-i", self.args.video, "-an", "-c:v", "libx264",
                       *ENCODER, "-threads", str(threads), self.args.work / "codec.mp4"]
            self.codec[threads] = medians([measure(command) for _ in range(self.args.runs)])
        return self.codec[threads]

    def mosaic(self, tile, tiles, flow, threads=2):
        pool = self.pool(tiles)
        index = self.args.work / f"pool{tiles}_{tile}.mti"
        if not index.exists():
            measure([self.args.program, "index", "--tiles", pool, "--tile-size", str(tile), "-o", index, "--quiet"])
        report = self.args.work / "report.json"
        command = [self.args.program, "--frames", self.args.video, "--tiles", pool, "--index", index, "--tile-size",
                   str(tile), "--preset", "vivid", "--flow", flow, "--encoder-preset", "veryfast", "--crf", "18",
                   "--threads", str(threads), "--output", self.args.work / "mosaic.mp4", "--report", report,
                   "--force", "--quiet"]
        result = medians([measure(command) for _ in range(self.args.runs)])
        result["report"] = json.loads(report.read_text())
        return result

    def row(self, tile, tiles, flow, threads=2):
        codec = self.codec_alone(threads)
        try:
            result = self.mosaic(tile, tiles, flow, threads)
        except RuntimeError as error:
            print(f"| {tile} | | {tiles:,} | {flow} | {threads} | {str(error).splitlines()[0]} | | | | |", flush=True)
            return
        report = result["report"]
        frames = report["frames_out"]
        cells = report["grid"]["columns"] * report["grid"]["rows"]
        stages = " / ".join(f"{1000 * s / frames:.1f}" for s in report["stage_seconds"].values())
        print(f"| {tile} | {cells:,} | {tiles:,} | {flow} | {threads} | {1000 * result['cpu'] / frames:.0f} "
              f"| {result['cpu'] / codec['cpu']:.2f} | {frames / result['wall']:.1f} | {stages} "
              f"| {result['mb']:.0f} |", flush=True)

    def header(self, title):
        print(f"\n### {title}\n")
        print("| tile px | cells | tiles | flow | threads | CPU ms per frame | ratio to the codec | frames per second "
              "| wall ms: describe / flow / score / solve / compose | peak MB |")
        print("|---|---|---|---|---|---|---|---|---|---|", flush=True)


def flows(program):
    """Those that this build can run."""
    return [f for f in ("none", "block", "dis", "raft")
            if subprocess.run([program, "--print-config", "--frames", "-", "--tiles", ".", "--output", "x.mp4", "--flow", f],
                              capture_output=True).returncode == 0]


def main():
    parser = argparse.ArgumentParser()
    for name in ("--program", "--video", "--photos", "--work"):
        parser.add_argument(name, required=True, type=pathlib.Path)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--full", action="store_true")
    args = parser.parse_args()
    bench = Bench(args)
    cpu = next((line.split(":")[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")), "?")
    print(f"{os.cpu_count()} x {cpu}; load {os.getloadavg()[0]:.1f}; medians of {args.runs}; 1920x1080, vivid, x264 "
          f"veryfast crf 18, `scripts/bench.sh{' --full' if args.full else ''}`.")
    known = flows(args.program)
    for threads in (1, 2):
        codec = bench.codec_alone(threads)
        print(f"\nffmpeg alone, {threads} threads: {codec['cpu']:.2f} s CPU, {codec['wall']:.2f} s wall.")
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
