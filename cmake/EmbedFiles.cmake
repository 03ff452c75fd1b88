# relaybench_embed_files(TARGET FUNCTION ELEMENT HEADER FILES...): compiles text files into TARGET as
#     std::span<const ELEMENT> FUNCTION()      in the order of their names; ELEMENT{name without extension, text}, declared by HEADER.
# ELEMENT and FUNCTION are fully qualified. Also its own script (cmake -P) that writes the source at build time.
if(CMAKE_SCRIPT_MODE_FILE)
    string(REGEX REPLACE "::[^:]*$" "" namespace "${FUNCTION}")
    string(REGEX REPLACE "^.*::" "" function "${FUNCTION}")
    set(rows "")
    separate_arguments(files UNIX_COMMAND "${FILES}")
    foreach(file IN LISTS files)
        get_filename_component(name "${file}" NAME_WE)
        file(READ "${file}" text)
        string(APPEND rows "    {\"${name}\", R\"embedded(${text})embedded\"},\n")
    endforeach()
    file(WRITE "${OUTPUT}" "#include \"${HEADER}\"\n\n#include <array>\n\nnamespace ${namespace} {\n\nnamespace {\n\n"
        "constexpr auto kFiles = std::to_array<${ELEMENT}>({\n${rows}});\n\n}  // namespace\n\n"
        "std::span<const ${ELEMENT}> ${function}() { return kFiles; }\n\n}  // namespace ${namespace}\n")
    return()
endif()

function(relaybench_embed_files target function element header)
    list(SORT ARGN)
    string(REGEX REPLACE "[^a-z_]+" "_" base "${function}")
    set(output ${CMAKE_BINARY_DIR}/embedded/${base}.cpp)
    list(JOIN ARGN "\" \"" files)
    add_custom_command(OUTPUT ${output}
        COMMAND ${CMAKE_COMMAND} "-DFUNCTION=${function}" "-DELEMENT=${element}" "-DHEADER=${header}" "-DOUTPUT=${output}" "-DFILES=\"${files}\""
            -P ${CMAKE_SOURCE_DIR}/cmake/EmbedFiles.cmake
        DEPENDS ${ARGN} ${CMAKE_SOURCE_DIR}/cmake/EmbedFiles.cmake
        VERBATIM)
    target_sources(${target} PRIVATE ${output})
endfunction()

file(GLOB ready_scenarios CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/scenarios/*.yaml)
relaybench_embed_files(relaybench_scenario relaybench::scenario::ready_scenarios relaybench::scenario::ReadyScenario scenario/ready.h
    ${ready_scenarios})
