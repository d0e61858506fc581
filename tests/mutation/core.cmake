# Core with its mutants compiled in (README.md). Included by core/CMakeLists.txt when OSBILL_MUTANTS is on: the place of each
# file of osbill_core is taken by the one that mutate.py writes.
get_target_property(sources osbill_core SOURCES)
list(TRANSFORM sources PREPEND ${CMAKE_BINARY_DIR}/mutants/ OUTPUT_VARIABLE mutated)
list(TRANSFORM sources PREPEND ${CMAKE_CURRENT_SOURCE_DIR}/)
set(mutation ${PROJECT_SOURCE_DIR}/tests/mutation)
file(MAKE_DIRECTORY ${CMAKE_BINARY_DIR}/mutants)

add_custom_command(
  OUTPUT ${mutated} ${CMAKE_BINARY_DIR}/mutants/mutants.c ${CMAKE_BINARY_DIR}/mutants/mutants.json
  COMMAND ${OSBILL_PYTHON} ${mutation}/mutate.py ${CMAKE_BINARY_DIR}/mutants ${sources}
          --flags -I${PROJECT_SOURCE_DIR} "-I$<JOIN:$<TARGET_PROPERTY:osbill_records,INTERFACE_INCLUDE_DIRECTORIES>,;-I>"
  DEPENDS ${mutation}/mutate.py ${sources} osbill_records
  COMMENT "Compiling mutants of core in"
  COMMAND_EXPAND_LISTS VERBATIM)
set_property(TARGET osbill_core PROPERTY SOURCES ${mutated})
target_compile_options(osbill_core PRIVATE -w)

# A test program that calls cmocka serves its tests to all mutants instead of running them.
add_library(mutant_server STATIC ${mutation}/server.c ${mutation}/serve_group.c ${CMAKE_BINARY_DIR}/mutants/mutants.c)
set_target_properties(mutant_server PROPERTIES C_EXTENSIONS ON)
target_compile_definitions(mutant_server PRIVATE _DEFAULT_SOURCE)
target_include_directories(mutant_server PRIVATE ${PROJECT_SOURCE_DIR})
target_link_libraries(osbill_core PUBLIC mutant_server)
target_link_options(osbill_core PUBLIC -Wl,--wrap=_cmocka_run_group_tests)
