# Fuzzers of the core: each test/fuzz/NAME.cpp is one libFuzzer program. Included by CMakeLists.txt.
# They compile the core once more, instrumented; only clang can do that, other compilers leave them out.

if(NOT CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
    message(STATUS "No fuzzers: they need clang (cmake -DCMAKE_CXX_COMPILER=clang++)")
    return()
endif()
include(CheckCXXSourceCompiles)
set(CMAKE_REQUIRED_FLAGS -fsanitize=fuzzer)
check_cxx_source_compiles(
    "#include <cstddef>\n#include <cstdint>\nextern \"C\" int LLVMFuzzerTestOneInput(const uint8_t*, size_t) { return 0; }"
    HAVE_LIBFUZZER)
unset(CMAKE_REQUIRED_FLAGS)
if(NOT HAVE_LIBFUZZER)
    message(WARNING "No fuzzers: clang has no libFuzzer here (Debian: libclang-rt-dev)")
    return()
endif()

file(GLOB fuzzers CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/test/fuzz/*.cpp)
if(NOT fuzzers)
    return()
endif()

set(fuzz_options -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer)
add_library(core_fuzzed STATIC ${core_sources})
target_include_directories(core_fuzzed PUBLIC ${CMAKE_SOURCE_DIR}/src)
target_compile_options(core_fuzzed PRIVATE -fsanitize=fuzzer-no-link PUBLIC ${fuzz_options})

foreach(source IN LISTS fuzzers)
    get_filename_component(name ${source} NAME_WE)
    add_executable(fuzz_${name} ${source})
    set_target_properties(fuzz_${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/fuzz OUTPUT_NAME ${name})
    target_include_directories(fuzz_${name} PRIVATE ${CMAKE_SOURCE_DIR}/test)
    target_compile_options(fuzz_${name} PRIVATE -fsanitize=fuzzer -Wall -Wextra -Werror)
    target_link_options(fuzz_${name} PRIVATE -fsanitize=fuzzer ${fuzz_options})
    target_link_libraries(fuzz_${name} PRIVATE core_fuzzed)
    # Each input of the corpus once. It was minimised for one way of reading the bytes; make it anew when that changes:
    # build/fuzz/NAME new test/fuzz/corpus/NAME, then build/fuzz/NAME -set_cover_merge=1 -use_counters=0 corpus new
    add_test(NAME fuzz/${name} COMMAND fuzz_${name} -runs=0 ${CMAKE_SOURCE_DIR}/test/fuzz/corpus/${name})
endforeach()
