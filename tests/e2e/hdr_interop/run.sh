#!/usr/bin/env bash
# run.sh HDR_TOOL BUILD_FOLDER: compares our histograms with those of the npm package hdr-histogram-js, in both directions.
# Exit codes: 0 all agree, 1 they do not (or the package cannot be installed), 77 node is not there (CTest: skipped).
set -euo pipefail
if [ $# -ne 2 ]; then
    echo "usage: run.sh HDR_TOOL BUILD_FOLDER" >&2
    exit 2
fi
here=$(cd "$(dirname "$0")" && pwd)
tool=$1 build=$2
for program in node npm; do
    if ! command -v "$program" > /dev/null; then
        echo "skipped: $program is not installed"
        exit 77
    fi
done
"$here/../../../scripts/lib/npm_install" "$here" "$build"
exec node "$here/check.mjs" "$tool" "$build"
