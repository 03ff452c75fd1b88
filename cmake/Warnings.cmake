add_library(relaybench_warnings INTERFACE)
target_compile_options(relaybench_warnings INTERFACE
    -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror)
