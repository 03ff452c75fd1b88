# Sourced by the scripts, after packages.sh: configures and builds presets.

# build_preset PRESET [TARGET...]: quiet when all goes well.
build_preset() {
    local preset=$1
    shift
    mkdir -p "build/$preset"
    if ! cmake --preset "$preset" >"build/$preset/configure.log" 2>&1; then
        cat "build/$preset/configure.log" >&2
        return 1
    fi
    cmake --build "build/$preset" --parallel "$(nproc)" ${1+--target "$@"}
}
