# The loadable module and its scripts, from the same files as the Makefile's. Included by CMakeLists.txt.
# cmake --install puts them where the server looks for them (DESTDIR is respected).

find_program(PG_CONFIG pg_config)
if(NOT PG_CONFIG)
    message(WARNING "pg_config is not found (Debian: postgresql-server-dev-NN): the module is not built")
    return()
endif()
foreach(name includedir-server pkglibdir sharedir)
    execute_process(COMMAND ${PG_CONFIG} --${name} OUTPUT_VARIABLE ${name} OUTPUT_STRIP_TRAILING_WHITESPACE
                    COMMAND_ERROR_IS_FATAL ANY)
endforeach()
if(NOT EXISTS ${includedir-server}/postgres.h)
    message(WARNING "${PG_CONFIG}: no server headers (Debian: postgresql-server-dev-NN): the module is not built")
    return()
endif()

file(GLOB_RECURSE pg_sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/src/pg/*.cpp)
add_library(module MODULE ${pg_sources})
set_target_properties(module PROPERTIES PREFIX "" OUTPUT_NAME bookmeatoz)
target_include_directories(module PRIVATE ${CMAKE_SOURCE_DIR}/src)
target_include_directories(module SYSTEM PRIVATE ${includedir-server})
# As the server itself is compiled: it aliases types and relies on signed overflow that wraps.
target_compile_options(module PRIVATE -Wall -Wextra -Werror ${no_global_constructors}
                       -fno-strict-aliasing -fwrapv)
if(TARGET core)
    target_link_libraries(module PRIVATE core)
endif()

# Scripts of releases are frozen. Those of the present version are made from its parts: the one that installs it, and the one that updates
# the release before it.
file(GLOB released_scripts ${CMAKE_SOURCE_DIR}/sql/bookmeatoz--*.sql)
file(GLOB sql_parts CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/sql/install/*.sql ${CMAKE_SOURCE_DIR}/sql/update/*.sql)
file(GLOB updated RELATIVE ${CMAKE_SOURCE_DIR}/sql/update ${CMAKE_SOURCE_DIR}/sql/update/from-*.sql)
string(REGEX REPLACE "^from-(.*)\\.sql$" "\\1" updated ${updated})
set(assemble ${CMAKE_SOURCE_DIR}/sql/assemble)
set(script ${CMAKE_BINARY_DIR}/bookmeatoz--${PROJECT_VERSION}.sql)
set(update_script ${CMAKE_BINARY_DIR}/bookmeatoz--${updated}--${PROJECT_VERSION}.sql)
add_custom_command(OUTPUT ${script} COMMAND ${assemble} >${script} DEPENDS ${assemble} ${sql_parts})
add_custom_command(OUTPUT ${update_script} COMMAND ${assemble} --update-from ${updated} >${update_script} DEPENDS ${assemble} ${sql_parts})
add_custom_target(scripts ALL DEPENDS ${script} ${update_script})

install(TARGETS module LIBRARY DESTINATION ${pkglibdir})
install(FILES ${released_scripts} ${script} ${update_script} ${CMAKE_SOURCE_DIR}/bookmeatoz.control
        DESTINATION ${sharedir}/extension)
