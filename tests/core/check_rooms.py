"""Rooms (folders of src/, and cuda/) may use each other, but not in a circle.

  check_rooms.py SOURCE_FOLDER

Prints each circle with the includes that make it, and ends with status 1 when there is one."""

import pathlib
import re
import sys


def includes(root):
    """{room: {other room: [file]}}"""
    rooms = {path.name for path in (root / "src").iterdir() if path.is_dir()} | {"cuda"}
    uses = {room: {} for room in rooms}
    for room in rooms:
        folder = root / room if room == "cuda" else root / "src" / room
        for path in sorted(folder.rglob("*")):
            if path.suffix not in (".cpp", ".hpp", ".cu", ".cuh"):
                continue
            for other in re.findall(r'^#include "(\w+)/', path.read_text(encoding="utf-8"), re.M):
                if other in rooms and other != room:
                    uses[room].setdefault(other, []).append(path.relative_to(root))
    return uses


def circle(uses, room, path, done):
    """The first circle that is met from `room` on, as rooms whose first is met again; or none."""
    if room in path:
        return path[path.index(room):]
    if room in done:
        return []
    for other in sorted(uses[room]):
        found = circle(uses, other, path + [room], done)
        if found:
            return found
    done.add(room)
    return []


def main():
    uses = includes(pathlib.Path(sys.argv[1]))
    if sum(map(len, uses.values())) < 20:
        sys.exit("check_rooms: hardly any room uses another: is this the source folder?")
    done = set()
    for room in sorted(uses):
        found = circle(uses, room, [], done)
        if found:
            for here, there in zip(found, found[1:] + found[:1]):
                print(f"{here} uses {there}: {', '.join(map(str, uses[here][there]))}")
            sys.exit(1)


if __name__ == "__main__":
    main()
