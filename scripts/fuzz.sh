#!/usr/bin/env bash
# Builds the libFuzzer targets of tests/fuzz with Clang and runs each for a while from generated seeds.
#   scripts/fuzz.sh [--seconds N] [--corpus DIR] [TARGET ...]
# 60 seconds each by default; what is found stays in the corpus (build-fuzz/corpus), a crash in
# build-fuzz/crashes, and the exit code is 1.
set -euo pipefail
cd "$(dirname "$0")/.."

seconds=60
corpus=$PWD/build-fuzz/corpus
targets=()
while [ $# -gt 0 ]; do
  case "$1" in
    --seconds) seconds=$2; shift 2 ;;
    --corpus) corpus=$2; shift 2 ;;
    -h | --help) sed -n '2,5s/^# \{0,1\}//p' "$0"; exit 0 ;;
    -*) echo "fuzz.sh: unknown argument '$1'; see --help" >&2; exit 2 ;;
    *) targets+=("$1"); shift ;;
  esac
done
if ! command -v clang++ >/dev/null; then
  echo "fuzz.sh: clang++ is missing (apt install clang libclang-rt-14-dev)" >&2
  exit 2
fi

cmake --preset fuzz >/dev/null
cmake --build --preset fuzz -j "$(nproc)"
bin=$PWD/build-fuzz/tests/fuzz
if [ ${#targets[@]} -eq 0 ]; then
  for source in tests/fuzz/fuzz_*.cpp; do
    name=$(basename "$source" .cpp)
    [ "$name" = fuzz_seeds ] || targets+=("${name#fuzz_}")
  done
fi
export ASAN_OPTIONS=allocator_may_return_null=1 LSAN_OPTIONS=suppressions=$PWD/tests/lsan.supp:print_suppressions=0
"$bin/fuzz_seeds" "$corpus/seeds"
mkdir -p build-fuzz/crashes
failed=0
for target in "${targets[@]}"; do
  mkdir -p "$corpus/$target"
  printf '== %s\n' "$target"
  "$bin/fuzz_$target" -max_total_time="$seconds" -timeout=20 -rss_limit_mb=2048 -max_len=65536 \
    -artifact_prefix="build-fuzz/crashes/$target-" -print_final_stats=1 -verbosity=0 \
    "$corpus/$target" "$corpus/seeds/$target" 2>&1 |
    { grep -v -e '# Uses:' -e 'recommended dictionary' -e '^stat::new_units' || true; } || failed=1
done
exit $failed
