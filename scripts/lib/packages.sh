# Sourced by the scripts: makes sure that the packages of scripts/packages.txt are there.

# The Python that Debian's python3-* packages belong to; another one may come first on the PATH.
system_python() {
    if [ -x /usr/bin/python3 ]; then echo /usr/bin/python3; else echo python3; fi
}

# probe_holds PROBE: see the head of scripts/packages.txt.
probe_holds() {
    local kind=${1%%:*} what=${1#*:} found
    case $kind in
        cmd) command -v "$what" >/dev/null ;;
        inc) found=$(compgen -G "/usr/include/$what" || compgen -G "/usr/include/*-linux-gnu*/$what" || compgen -G "/usr/local/include/$what") && [ -n "$found" ] ;;
        lib) found=$(compgen -G "/usr/lib/*/$what*.so*" || compgen -G "/usr/lib*/$what*.so*" || compgen -G "/usr/local/lib*/$what*.so*") && [ -n "$found" ] ;;
        py) "$(system_python)" -c "import $what" 2>/dev/null ;;
        file) found=$(compgen -G "$what") && [ -n "$found" ] ;;
        *) echo "scripts/packages.txt: unknown probe '$1'" >&2; exit 1 ;;
    esac
}

# missing_packages LIST GROUP...: the packages of these groups whose probe does not hold, one a line.
missing_packages() {
    local list=$1 group package probe
    shift
    while read -r group package probe; do
        case " $* " in
            *" $group "*) probe_holds "$probe" || echo "$package" ;;
        esac
    done < <(grep -v -e '^#' -e '^$' "$list")
}

# need_packages LIST GROUP...: installs on Debian as root or with sudo; elsewhere names what is missing and ends with status 2.
need_packages() {
    local missing as_root=""
    missing=$(missing_packages "$@" | tr '\n' ' ')
    [ -n "$missing" ] || return 0
    [ "$(id -u)" = 0 ] || as_root=sudo
    if ! command -v apt-get >/dev/null || { [ -n "$as_root" ] && ! command -v sudo >/dev/null; }; then
        echo "Missing (names of Debian 12 packages): $missing" >&2
        echo "Install what your system calls them, then run this again." >&2
        exit 2
    fi
    echo "Installing Debian packages: $missing" >&2
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get update -q </dev/null >&2
    # RUNLEVEL: packages of servers that tests use must not start them.
    # shellcheck disable=SC2086
    $as_root env DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 apt-get install -q -y --no-install-recommends $missing </dev/null >&2
    missing=$(missing_packages "$@" | tr '\n' ' ')
    [ -z "$missing" ] || { echo "Installed, but still not found: $missing" >&2; exit 2; }
}
