# What the unit and call-flow tests link is not what the program is made of, but each floor once more: with the
# address and undefined behaviour sanitizers, with assertions, little optimised. The tests themselves are compiled once.
if(FLOWGATE_SANITIZE OR FLOWGATE_FUZZ)
  set(FLOWGATE_CHECKED_FLOORS OFF)
endif()
option(FLOWGATE_CHECKED_FLOORS "Run the unit and call-flow tests on floors with sanitizers" ON)

set(flowgate_sanitizers -fsanitize=address,undefined -fno-sanitize=vptr -fno-sanitize-recover=all)

# A library TARGET_checked with the sources of TARGET, which links the checked form of the floors below.
function(flowgate_checked target)
  if(NOT FLOWGATE_CHECKED_FLOORS)
    add_library(${target}_checked ALIAS ${target})
    return()
  endif()
  get_target_property(folder ${target} SOURCE_DIR)
  get_target_property(sources ${target} SOURCES)
  get_target_property(libraries ${target} LINK_LIBRARIES)
  list(TRANSFORM sources PREPEND ${folder}/)
  list(TRANSFORM libraries REPLACE "^(flowgate_.+)$" "\\1_checked")
  add_library(${target}_checked STATIC EXCLUDE_FROM_ALL ${sources})
  target_include_directories(${target}_checked PUBLIC $<TARGET_PROPERTY:${target},INTERFACE_INCLUDE_DIRECTORIES>)
  target_link_libraries(${target}_checked PUBLIC ${libraries})
  # -fno-sanitize=vptr: that check opens a pipe for each object that it looks at, and accuses the innocent when there is no
  # descriptor left, which is what some tests bring about.
  target_compile_options(${target}_checked PRIVATE ${flowgate_sanitizers} -fno-omit-frame-pointer -O0 -g1 -UNDEBUG)
  target_link_options(${target}_checked PUBLIC ${flowgate_sanitizers})
endfunction()
