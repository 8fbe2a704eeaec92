#!/usr/bin/env python3
"""Counts the instructions of the hot operations under callgrind and compares them with a committed table.

    scripts/instruction_counts.py PROGRAM [--table FILE] [--update]

PROGRAM is build*/tests/bench/count_operations. Counts do not depend on load or clock, so that a slower operation shows on
any machine; they do depend on the compiler, so that another one than the table's is a visible skip (exit code 77), and on
the instruction set, which PROGRAM fixes to AVX2. Exit code 1: an operation takes over 5 % more instructions than the table
says, or is missing. Fewer are no failure; --update then keeps the gain.
"""
import argparse
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

SKIP = 77
TOLERANCE = 0.05


def skip(why):
    print(f"skipped: {why}")
    sys.exit(SKIP)


def read_table(path):
    compiler, counts = None, {}
    for line in path.read_text().splitlines():
        if line.startswith("compiler "):
            compiler = line.removeprefix("compiler ")
        elif line and not line.startswith("#"):
            name, count = line.split()
            counts[name] = int(count)
    return compiler, counts


def count(program):
    """Instructions per operation, those of everything it calls included."""
    with tempfile.TemporaryDirectory() as folder:
        out = pathlib.Path(folder) / "callgrind.out"
        subprocess.run(
            ["valgrind", "--tool=callgrind", f"--callgrind-out-file={out}", "--collect-atstart=no",
             "--toggle-collect=hot_*", "--quiet", str(program)],
            check=True, stdout=subprocess.DEVNULL, timeout=600)
        text = subprocess.run(["callgrind_annotate", "--inclusive=yes", "--threshold=100", str(out)],
                              check=True, capture_output=True, text=True).stdout
    counts = {}
    for match in re.finditer(r"^\s*([\d,]+) .*?:hot_(\w+)", text, re.MULTILINE):
        counts.setdefault(match[2], int(match[1].replace(",", "")))
    return counts


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program", type=pathlib.Path)
    parser.add_argument("--table", type=pathlib.Path,
                        default=pathlib.Path(__file__).parent.parent / "tests/bench/instruction_counts.txt")
    parser.add_argument("--update", action="store_true", help="write the table instead of comparing with it")
    args = parser.parse_args()
    if not shutil.which("valgrind"):
        skip("valgrind is not installed (scripts/setup.sh --test does it)")
    if "avx2" not in pathlib.Path("/proc/cpuinfo").read_text():
        skip("this processor has no AVX2")
    compiler = subprocess.run([args.program, "--compiler"], check=True, capture_output=True, text=True).stdout.strip()
    if args.update:
        counts = count(args.program)
        lines = ["# Instructions per hot operation (scripts/instruction_counts.py --update), inputs of",
                 "# tests/bench/hot_operations.cpp, AVX2.", f"compiler {compiler}"]
        args.table.write_text("\n".join(lines + [f"{name} {n}" for name, n in sorted(counts.items())]) + "\n")
        print(f"wrote {args.table}")
        return 0
    wanted_compiler, wanted = read_table(args.table)
    if compiler != wanted_compiler:
        skip(f"built by {compiler}, the table is for {wanted_compiler}")
    counts = count(args.program)
    failed = False
    for name in sorted(wanted.keys() | counts.keys()):
        if name not in wanted or name not in counts:
            print(f"{name}: {'not in the table' if name not in wanted else 'was not counted'}")
            failed = True
            continue
        change = counts[name] / wanted[name] - 1
        bad = change > TOLERANCE
        failed |= bad
        note = "  <-- slower" if bad else "  faster: bring the table up to date" if change < -TOLERANCE else ""
        print(f"{name:18} {counts[name]:>12,}  table {wanted[name]:>12,}  {change:+7.2%}{note}")
    if failed:
        print("instruction counts differ from the table; if that is intended: scripts/instruction_counts.py "
              f"{args.program} --update")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
