# What the presets of CMakePresets.json add to every file of the build.
set(RELAYBENCH_SANITIZE "" CACHE STRING "Comma-separated sanitizers for everything that is compiled, e.g. address,undefined")
option(RELAYBENCH_LIBFUZZER "Link tests/fuzz with libFuzzer (clang only) instead of the replaying driver" OFF)
option(RELAYBENCH_COVERAGE "Count executed lines and branches for gcovr" OFF)

if(NOT DEFINED CMAKE_CXX_COMPILER_LAUNCHER)
    find_program(CCACHE_PROGRAM ccache)
    if(CCACHE_PROGRAM)
        set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE_PROGRAM})
    endif()
endif()

if(RELAYBENCH_SANITIZE)
    add_compile_options(-fsanitize=${RELAYBENCH_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
    add_link_options(-fsanitize=${RELAYBENCH_SANITIZE})
endif()

if(RELAYBENCH_LIBFUZZER)
    add_compile_options(-fsanitize=fuzzer-no-link)
    add_link_options(-fsanitize=fuzzer-no-link)
endif()

if(RELAYBENCH_COVERAGE)
    add_compile_options(--coverage -fprofile-update=atomic)
    add_link_options(--coverage)
endif()
