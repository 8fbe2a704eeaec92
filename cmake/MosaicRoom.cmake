# A room is one folder of src/ and one static library of the same name.
find_package(Threads REQUIRED)

add_library(mosaic_options INTERFACE)
target_include_directories(mosaic_options INTERFACE ${PROJECT_SOURCE_DIR}/include
                                                    ${PROJECT_SOURCE_DIR}/src)
target_link_libraries(mosaic_options INTERFACE Threads::Threads)
# -ffp-contract=off: a fused multiply-add rounds once where two operations round twice, so its use
# would change bits between machines (docs/determinism.md).
target_compile_options(mosaic_options INTERFACE
  "$<$<COMPILE_LANGUAGE:CXX>:-ffp-contract=off;-Wall;-Wextra;-Wpedantic;-Wshadow>"
  "$<$<COMPILE_LANGUAGE:CXX>:-Wnon-virtual-dtor;-Woverloaded-virtual>")
# g++ 12 sees overlapping copies in "text" + std::string (GCC bug 105651, fixed in 13).
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  target_compile_options(mosaic_options INTERFACE "$<$<COMPILE_LANGUAGE:CXX>:-Wno-restrict>")
endif()
if(MOSAIC_WERROR)
  target_compile_options(mosaic_options INTERFACE "$<$<COMPILE_LANGUAGE:CXX>:-Werror>")
endif()
# Several files in one translation unit (the presets asan, tsan and fuzz, and tests by MOSAIC_QUICK_TESTS), which
# would else spend most of their time on the same headers: names of one file shadow those of another, and to GCC
# anonymous namespaces seem to be a header's.
set(in_unity "$<AND:$<COMPILE_LANGUAGE:CXX>,$<BOOL:$<TARGET_PROPERTY:UNITY_BUILD>>>")
target_compile_options(mosaic_options INTERFACE "$<${in_unity}:-Wno-shadow>"
  "$<$<AND:$<CXX_COMPILER_ID:GNU>,${in_unity}>:-Wno-subobject-linkage>")
if(MOSAIC_SANITIZE)
  target_compile_options(mosaic_options INTERFACE -fsanitize=${MOSAIC_SANITIZE}
                                                  -fno-omit-frame-pointer)
  target_link_options(mosaic_options INTERFACE -fsanitize=${MOSAIC_SANITIZE})
  if(MOSAIC_SANITIZE MATCHES "undefined")
    target_compile_options(mosaic_options INTERFACE -fno-sanitize-recover=undefined)
  endif()
endif()

# mosaic_room(NAME SOURCES a.cpp ... [LINKS lib ...])
function(mosaic_room name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LINKS" ${ARGN})
  add_library(mosaic_${name} STATIC ${ARG_SOURCES})
  target_link_libraries(mosaic_${name} PUBLIC mosaic_options ${ARG_LINKS})
endfunction()

# mosaic_test(NAME SOURCES a.cpp ... LINKS lib ... [THREADED] [SLOW] [REPEATS filter]): one GoogleTest binary, tests
# discovered. THREADED ones also run under ThreadSanitizer (target tsan_tests, label threaded); SLOW
# ones (minutes) are left out of sanitizer runs (label slow), and so are the tests that the filter of REPEATS
# names: they run code that others run too, many times over.
function(mosaic_test name)
  cmake_parse_arguments(ARG "THREADED;SLOW" "REPEATS" "SOURCES;LINKS" ${ARGN})
  add_executable(test_${name} ${ARG_SOURCES})
  target_include_directories(test_${name} PRIVATE ${PROJECT_SOURCE_DIR}/tests)
  target_link_libraries(test_${name} PRIVATE ${ARG_LINKS} mosaic_options GTest::gtest_main)
  if(MOSAIC_QUICK_TESTS)
    set_target_properties(test_${name} PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE 10)
    target_compile_options(test_${name} PRIVATE -O1)
  endif()
  # Resolved, so that checkouts side by side share compiler-cache entries.
  cmake_path(ABSOLUTE_PATH PROJECT_SOURCE_DIR NORMALIZE OUTPUT_VARIABLE source_dir)
  cmake_path(GET source_dir PARENT_PATH beside)
  target_compile_definitions(test_${name} PRIVATE MOSAIC_SHARED_DATA="${beside}/shared/data")
  # The longest begin first, so that none is left running alone at the end.
  set(cost 0)
  set(label ${name})
  if(ARG_THREADED)
    set(label threaded)
    add_dependencies(tsan_tests test_${name})
  elseif(ARG_SLOW)
    set(label slow)
    set(cost 100)
  endif()
  set(filter)
  if(MOSAIC_SANITIZE AND ARG_REPEATS)
    set(filter TEST_FILTER "-${ARG_REPEATS}")
  endif()
  # Programs that tests start follow motion by block matching where nothing else is said: so they run
  # in builds without LibTorch too, and do not load it hundreds of times.
  gtest_discover_tests(test_${name} ${filter} TEST_PREFIX ${name}. DISCOVERY_TIMEOUT 60
                       PROPERTIES TIMEOUT 900 LABELS ${label} COST ${cost}
                                  ENVIRONMENT MOSAIC_TEMPORAL_FLOW=block)
endfunction()

# mosaic_bench(NAME SOURCES a.cpp ... LINKS lib ...): one Google Benchmark binary.
function(mosaic_bench name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LINKS" ${ARGN})
  add_executable(bench_${name} ${ARG_SOURCES})
  target_include_directories(bench_${name} PRIVATE ${PROJECT_SOURCE_DIR}/tests)
  target_link_libraries(bench_${name} PRIVATE ${ARG_LINKS} mosaic_options
                                              benchmark::benchmark_main)
endfunction()
