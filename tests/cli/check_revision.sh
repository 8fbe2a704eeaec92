#!/usr/bin/env bash
# cmake/MosaicRevision.cmake in trees made here: the revision follows the sources without a new configuration, and
# what is true already is not written again.
set -euo pipefail
script=$(realpath "$1/cmake/MosaicRevision.cmake")
template=$(realpath "$1/src/cli/build_revision.hpp.in")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_SYSTEM=/dev/null GIT_CEILING_DIRECTORIES=$work
export GIT_AUTHOR_NAME=n GIT_AUTHOR_EMAIL=e GIT_COMMITTER_NAME=n GIT_COMMITTER_EMAIL=e
unset GIT_DIR GIT_WORK_TREE GIT_INDEX_FILE
header=$work/build_revision.hpp
tree=$work/tree

fail() { cat "$header"; echo "$1"; exit 1; }
revision() { # prints it
  cmake "-DSOURCE=$tree" "-DTEMPLATE=$template" "-DOUTPUT=$header" -P "$script"
  sed -n 's/.*kRevision = "\(.*\)";/\1/p' "$header"
}
is_written() { # WANTED: yes or no, since the last call
  local written=no
  [ "$header" -nt "$work/mark" ] && written=yes
  [ "$written" = "$1" ] || fail "written: $written"
  touch -d '1 second ago' "$header" && touch "$work/mark"
}

mkdir -p "$tree/src" "$tree/docs"
echo 'project(p)' >"$tree/CMakeLists.txt"
echo 'int a;' >"$tree/src/a.cpp"
[ "$(revision)" = unknown ] || fail "a tree without git"
touch -d '1 second ago' "$header" && touch "$work/mark"
[ "$(revision)" = unknown ] || fail "a tree without git, again"
is_written no

git -C "$work" init -q
[ "$(revision)" = unknown ] || fail "a tree in somebody else's"
rm -rf "$work/.git"

git -C "$tree" init -q && git -C "$tree" add . && git -C "$tree" commit -qm one
first=$(revision)
[ "$first" = "$(git -C "$tree" rev-parse --short=12 HEAD)" ] || fail "not the commit"
is_written yes
touch "$tree/src/a.cpp" # as it was
echo 'a page' >"$tree/docs/page.md"
[ "$(revision)" = "$first" ] || fail "another program without a reason"
is_written no

echo 'int b;' >"$tree/src/a.cpp"
dirty=$(revision)
[[ "$dirty" == "$first-dirty-"* ]] || fail "changed sources pass for the commit"
is_written yes
echo 'int c;' >"$tree/src/a.cpp"
[[ "$(revision)" != "$dirty" ]] || fail "two changes are one"
git -C "$tree" checkout -q src/a.cpp
echo 'int d;' >"$tree/src/d.cpp"
added=$(revision)
[[ "$added" == "$first-dirty-"* ]] || fail "an added file passes for the commit"
echo 'int e;' >"$tree/src/d.cpp"
[[ "$(revision)" != "$added" ]] || fail "two added files are one"

git -C "$tree" add . && git -C "$tree" commit -qm two
[ "$(revision)" = "$(git -C "$tree" rev-parse --short=12 HEAD)" ] || fail "not the second commit"
is_written yes
