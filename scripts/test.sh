#!/usr/bin/env bash
# Installs what is needed, builds and runs every test; the summary of CTest comes last.
#   scripts/test.sh              format, warnings as errors, sanitizers, thread sanitizer, fuzz targets, all tests
#   scripts/test.sh --quick      release build and its tests only
#   scripts/test.sh --long       also a build by Clang and its tests, all fuzz targets and 200 mutated inputs per
#                                format
#   scripts/test.sh --lint       clang-tidy over src/ and nothing else (slow: tens of minutes on 2 cores)
set -euo pipefail
cd "$(dirname "$0")/.."

quick=no
lint=no
long=no
case "${1:-}" in
  "") ;;
  --quick) quick=yes ;;
  --lint) lint=yes ;;
  --long) long=yes ;;
  -h | --help)
    sed -n '2,7s/^# \{0,1\}//p' "$0"
    exit 0
    ;;
  *)
    echo "test.sh: unknown argument '$1' (--quick, --long and --lint are known)" >&2
    exit 2
    ;;
esac

if [ "$long" = yes ]; then bash scripts/setup.sh --long; else bash scripts/setup.sh --test; fi
jobs=$(nproc)
export CMAKE_CXX_COMPILER_LAUNCHER=${CMAKE_CXX_COMPILER_LAUNCHER:-ccache}
step() { printf '\n== %s (%s)\n' "$*" "$(date -u +%H:%M:%S)"; }

if [ "$lint" = yes ]; then
  step "clang-tidy"
  cmake --preset ci >/dev/null
  git ls-files 'src/*.cpp' | xargs -P "$jobs" -n 4 clang-tidy -p build-ci --quiet \
    --extra-arg=-Wno-unknown-warning-option 2>/dev/null
  exit
fi

step "release build, warnings are errors"
cmake --preset ci >/dev/null
cmake --build --preset ci -j "$jobs"

if [ "$quick" = no ]; then
  step "format"
  # Versions of clang-format disagree in details; 14 (Debian 12) decides.
  if clang-format --version | grep -q 'version 14\.'; then
    git ls-files '*.cpp' '*.hpp' '*.cu' '*.cuh' | xargs clang-format --dry-run -Werror
  else
    echo "skipped: not clang-format 14"
  fi

  step "AddressSanitizer and UndefinedBehaviorSanitizer"
  cmake --preset asan >/dev/null
  cmake --build --preset asan -j "$jobs"
  LSAN_OPTIONS=suppressions=$PWD/tests/lsan.supp:print_suppressions=0 \
    ctest --preset asan -j "$jobs" -LE slow

  step "ThreadSanitizer: what is threaded"
  cmake --preset tsan >/dev/null
  cmake --build --preset tsan -j "$jobs" --target tsan_tests
  # Scene cuts and tone tables are arithmetic of one thread, and take most of the time.
  ctest --preset tsan -j "$jobs" -L threaded -E 'SceneCut\.|ToneTable\.(Skin|Harmony|Saturation)'

  if [ "$long" = no ]; then
    step "fuzz targets, half a minute each"
    bash scripts/fuzz.sh --ci --seconds 30
  fi
fi

if [ "$long" = yes ]; then
  step "Clang, warnings are errors"
  cmake --preset clang >/dev/null
  cmake --build --preset clang -j "$jobs"
  ctest --preset clang -j "$jobs"

  step "fuzz targets"
  bash scripts/fuzz.sh --seconds 60

  step "mutated inputs"
  bash scripts/mutate.sh --program "$PWD/build-ci/bin/mosaic-temporal"
fi

step "tests"
ctest --preset ci -j "$jobs"
