# Unit tests of the core: each test/unit/NAME.cpp is one program and one test of ctest. Included by CMakeLists.txt.

find_package(GTest)
if(NOT GTest_FOUND)
    message(WARNING "GoogleTest is not installed (Debian: libgtest-dev): no unit tests are built")
    return()
endif()

file(GLOB unit_tests CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/test/unit/*.cpp)
foreach(source IN LISTS unit_tests)
    get_filename_component(name ${source} NAME_WE)
    add_executable(unit_${name} ${source})
    set_target_properties(unit_${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/unit OUTPUT_NAME ${name})
    target_include_directories(unit_${name} PRIVATE ${CMAKE_SOURCE_DIR}/test)
    # Most of the time of a build would go into optimising GoogleTest's macros; the core under test is optimised.
    target_compile_options(unit_${name} PRIVATE -Wall -Wextra -Werror -O0)
    target_link_libraries(unit_${name} PRIVATE core GTest::gtest GTest::gtest_main)
    # The shared case files are read relative to the top of the checkout.
    add_test(NAME unit/${name} COMMAND unit_${name} WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
endforeach()
