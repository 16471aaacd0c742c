# w2c.cmake: what the examples share: finds w2c and its libraries, makes a library of a module.
#   cmake -B out -DW2C=/path/to/w2c        otherwise: in PATH, or ../../build
# Targets: w2c::rt (runtime), w2c::wasi, w2c::exchange. Function:
#   w2c_add_module(NAME MODULE.wasm [options of w2c ...])   a static library NAME, and NAME.h for those that
#                                                           link with it
if(NOT CMAKE_BUILD_TYPE)
    set(CMAKE_BUILD_TYPE Release)
    set(CMAKE_C_FLAGS_RELEASE "-O2")
    set(CMAKE_CXX_FLAGS_RELEASE "-O2")
endif()
set(CMAKE_C_STANDARD 11)
set(CMAKE_CXX_STANDARD 20)
set(THREADS_PREFER_PTHREAD_FLAG ON)
find_package(Threads REQUIRED)
find_program(W2C w2c HINTS ${CMAKE_CURRENT_LIST_DIR}/../build REQUIRED)
get_filename_component(w2c_bin ${W2C} DIRECTORY)
find_path(W2C_INCLUDE_DIR w2c_exchange.h HINTS ${w2c_bin}/include/w2c ${w2c_bin}/../include/w2c REQUIRED)
foreach(lib rt wasi exchange)
    find_library(W2C_${lib}_LIBRARY NAMES libw2c${lib}.a HINTS ${w2c_bin} ${w2c_bin}/../lib
                 ${w2c_bin}/../lib/${CMAKE_LIBRARY_ARCHITECTURE} REQUIRED)
    add_library(w2c::${lib} STATIC IMPORTED)
    set_target_properties(w2c::${lib} PROPERTIES IMPORTED_LOCATION ${W2C_${lib}_LIBRARY}
                          INTERFACE_INCLUDE_DIRECTORIES ${W2C_INCLUDE_DIR})
endforeach()
target_link_libraries(w2c::rt INTERFACE m Threads::Threads)
target_link_libraries(w2c::wasi INTERFACE w2c::rt)
target_link_libraries(w2c::exchange INTERFACE w2c::rt)

function(w2c_add_module name module)
    get_filename_component(module ${module} ABSOLUTE)
    set(folder ${CMAKE_CURRENT_BINARY_DIR}/${name})
    file(MAKE_DIRECTORY ${folder})
    execute_process(COMMAND ${W2C} ${module} -o ${folder}/${name}.c --list-outputs ${ARGN}
                    OUTPUT_VARIABLE outputs OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
    string(REPLACE "\n" ";" outputs "${outputs}")
    add_custom_command(OUTPUT ${outputs} COMMAND ${W2C} ${module} -o ${folder}/${name}.c ${ARGN}
                       DEPENDS ${module} ${W2C} VERBATIM) # another translator may write other code
    add_library(${name} STATIC ${outputs})
    target_include_directories(${name} PUBLIC ${folder})
    target_link_libraries(${name} PUBLIC w2c::rt)
    target_compile_options(${name} PRIVATE ${W2C_MODULE_OPTIONS}) # for its C alone
endfunction()
