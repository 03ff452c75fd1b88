add_library(relaybench_warnings INTERFACE)
target_compile_options(relaybench_warnings INTERFACE
    -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror
    # GCC warns of designated initialisers that leave something out, which is what they are for.
    -Wno-missing-field-initializers)

# GCC 12 sees uninitialised and overlapping memory in std::optional and std::string where there is none (GCC bugs 80635 and 105651).
# Clang's warnings and the sanitizer builds stand guard instead.
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    target_compile_options(relaybench_warnings INTERFACE -Wno-maybe-uninitialized -Wno-restrict)
endif()
