# Writes OUTPUT from TEMPLATE with what git says of the tree SOURCE; leaves an OUTPUT that says so already as it is.
#   cmake -DSOURCE=... -DTEMPLATE=... -DOUTPUT=... -P MosaicRevision.cmake
# Jobs are continued by the revision that began them and by no other, so this runs in every build: what was true when
# the build was configured is not after a commit. For the same reason sources that differ from their commit are named
# by their contents too: of two such trees, "dirty" alone would be the same.
cmake_minimum_required(VERSION 3.25)

set(MOSAIC_REVISION "unknown") # a tree without git, or one that lies inside somebody else's
set(MOSAIC_DATE "")
set(ENV{GIT_OPTIONAL_LOCKS} 0) # a build must not be in the way of a commit made meanwhile

function(git result output)
  execute_process(COMMAND git ${ARGN} WORKING_DIRECTORY ${SOURCE} OUTPUT_VARIABLE text RESULT_VARIABLE failed
                  OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
  set(${result} "${failed}" PARENT_SCOPE)
  set(${output} "${text}" PARENT_SCOPE)
endfunction()

# What the program is made of: a changed page of the manual makes no other program.
set(made_of CMakeLists.txt CMakePresets.json cmake cuda include src)
git(failed tracked ls-files --error-unmatch CMakeLists.txt)
if(failed EQUAL 0)
  git(failed revision rev-parse --short=12 HEAD)
  if(failed EQUAL 0)
    set(MOSAIC_REVISION "${revision}")
    git(failed MOSAIC_DATE log -1 --format=%cs)
    git(failed changes -c core.quotePath=false diff HEAD --no-ext-diff --no-color --full-index -- ${made_of})
    git(failed added -c core.quotePath=false ls-files --others --exclude-standard -- ${made_of})
    string(REPLACE "\n" ";" added "${added}")
    foreach(file IN LISTS added)
      if(EXISTS "${SOURCE}/${file}") # not so for names with a semicolon, which no source has
        file(SHA256 "${SOURCE}/${file}" hash)
        string(APPEND changes "\n${file} ${hash}")
      endif()
    endforeach()
    if(NOT changes STREQUAL "")
      string(SHA256 hash "${changes}")
      string(SUBSTRING "${hash}" 0 12 hash)
      string(APPEND MOSAIC_REVISION "-dirty-${hash}")
    endif()
  endif()
endif()
configure_file(${TEMPLATE} ${OUTPUT} @ONLY) # writes only what changes
