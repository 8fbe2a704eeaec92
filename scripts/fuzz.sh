#!/usr/bin/env bash
# Builds the libFuzzer targets of tests/fuzz with Clang and runs each for a while from generated seeds, as many
# side by side as there are cores.
#   scripts/fuzz.sh [--ci] [--seconds N] [--corpus DIR] [TARGET ...]
# 60 seconds each by default; --ci leaves out those that need the photo library and the codecs. What is found
# stays in the corpus (build-fuzz/corpus), a crash in build-fuzz/crashes, and the exit code is 1.
set -euo pipefail
cd "$(dirname "$0")/.."

seconds=60
corpus=$PWD/build-fuzz/corpus
readers=(index config plan journal command_line image_list)
media=(picture container_length)
targets=()
ci=no
seed=0 # another one in every run
while [ $# -gt 0 ]; do
  case "$1" in
    --ci) ci=yes; seed=1; shift ;; # the same inputs in every run, as far as the time reaches
    --seconds) seconds=$2; shift 2 ;;
    --corpus) corpus=$2; shift 2 ;;
    -h | --help) sed -n '2,6s/^# \{0,1\}//p' "$0"; exit 0 ;;
    -*) echo "fuzz.sh: unknown argument '$1'; see --help" >&2; exit 2 ;;
    *) targets+=("$1"); shift ;;
  esac
done
if ! command -v clang++ >/dev/null; then
  echo "fuzz.sh: clang++ is missing (scripts/setup.sh --test installs it)" >&2
  exit 2
fi
if [ ${#targets[@]} -eq 0 ]; then
  targets=("${readers[@]}")
  [ $ci = yes ] || targets+=("${media[@]}")
fi

cmake --preset fuzz >/dev/null
build=(fuzz_seeds)
for target in "${targets[@]}"; do
  build+=("fuzz_$target")
  case " ${media[*]} " in *" $target "*) build+=(fuzz_seeds_media) ;; esac
done
cmake --build build-fuzz -j "$(nproc)" --target "${build[@]}"
bin=$PWD/build-fuzz/tests/fuzz
export ASAN_OPTIONS=allocator_may_return_null=1 LSAN_OPTIONS=suppressions=$PWD/tests/lsan.supp:print_suppressions=0
for seeds in fuzz_seeds fuzz_seeds_media; do
  case " ${build[*]} " in *" $seeds "*) "$bin/$seeds" "$corpus/seeds" ;; esac
done
mkdir -p build-fuzz/crashes build-fuzz/logs

# One target; what it said goes to a log, of which the figures are shown, and all of it when it failed.
run_target() {
  local target=$1 log=build-fuzz/logs/$1
  mkdir -p "$corpus/$target"
  local code=0
  "$bin/fuzz_$target" -max_total_time="$seconds" -timeout=120 -rss_limit_mb=2048 -max_len=8192 -seed="$seed" \
    -artifact_prefix="build-fuzz/crashes/$target-" -print_final_stats=1 -verbosity=0 \
    "$corpus/$target" "$corpus/seeds/$target" >"$log" 2>&1 || code=$?
  if [ $code -ne 0 ]; then
    echo "== $target: FAILED ($code)"
    cat "$log"
    return 1
  fi
  echo "== $target: $(sed -n 's/^stat::number_of_executed_units: *//p' "$log") inputs tried, peak" \
    "$(sed -n 's/^stat::peak_rss_mb: *//p' "$log") MB"
}
export -f run_target
export bin corpus seconds seed
printf '%s\0' "${targets[@]}" | xargs -0 -n 1 -P "$(nproc)" bash -c 'run_target "$1"' bash || exit 1
