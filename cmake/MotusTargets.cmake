# motus_room(NAME SOURCES... LINK targets...): a library motus::NAME whose headers are included as "NAME/x.h".
function(motus_room name)
  cmake_parse_arguments(ROOM "" "" "SOURCES;LINK;PRIVATE" ${ARGN})
  add_library(motus_${name} STATIC ${ROOM_SOURCES})
  add_library(motus::${name} ALIAS motus_${name})
  target_include_directories(motus_${name} PUBLIC ${PROJECT_SOURCE_DIR})
  target_link_libraries(motus_${name} PUBLIC ${ROOM_LINK} PRIVATE ${ROOM_PRIVATE} motus_warnings)
endfunction()

# `programs` builds what a user runs, without the tests.
add_custom_target(programs)

# motion_tool(NAME SOURCES... LINK targets...): a program named NAME, thin over the rooms it links.
function(motion_tool name)
  cmake_parse_arguments(TOOL "" "" "SOURCES;LINK" ${ARGN})
  add_executable(${name} ${TOOL_SOURCES})
  target_link_libraries(${name} PRIVATE motus_app ${TOOL_LINK} motus_warnings)
  add_dependencies(programs ${name})
  install(TARGETS ${name} DESTINATION ${CMAKE_INSTALL_BINDIR})
endfunction()

# motus_test(NAME SOURCES... LINK targets...): Catch2 tests of one room; Catch's main is compiled once.
function(motus_test name)
  cmake_parse_arguments(TEST "" "" "SOURCES;LINK" ${ARGN})
  add_executable(${name} ${TEST_SOURCES})
  target_link_libraries(${name} PRIVATE motus_test_main ${TEST_LINK} motus_warnings)
  # tests are compiled more often than they run; at -O1 GCC 12 sees uninitialised storage in Eigen
  target_compile_options(${name} PRIVATE
    $<$<CONFIG:Release>:-O1> $<$<AND:$<CONFIG:Release>,$<CXX_COMPILER_ID:GNU>>:-Wno-maybe-uninitialized>)
  add_test(NAME ${name} COMMAND ${name})
  set_tests_properties(${name} PROPERTIES ENVIRONMENT
    "MOTUS_DATA=${PROJECT_SOURCE_DIR}/data;MOTUS_BIN=${CMAKE_RUNTIME_OUTPUT_DIRECTORY}")
endfunction()
