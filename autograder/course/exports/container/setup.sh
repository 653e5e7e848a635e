#!/usr/bin/env bash
# Install what grading needs. Gradescope runs this once, as root, when it builds the image.
# With CONVNETS_PYTHON nothing is installed: that Python is taken as it is.
set -euo pipefail
base="${CONVNETS_GRADESCOPE:-/autograder}"
source="$base/source"
export DEBIAN_FRONTEND=noninteractive

install() { apt-get install -y --no-install-recommends "$@"; }

# Print the first Python that is new enough and can make an environment.
find_python() {
    local name
    for name in python3 python3.13 python3.12 python3.11; do
        if "$name" -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null
        then
            echo "$name"
            return
        fi
    done
    return 1
}

make_environment() {
    local found version
    if ! find_python >/dev/null; then
        apt-get update
        for version in 3.13 3.12 3.11; do
            if install "python$version" "python$version-venv"; then break; fi
        done
    fi
    if ! found=$(find_python); then
        echo "There is no Python 3.11 or newer here. Choose the newest Ubuntu in Gradescope's" \
            "settings of the autograder." >&2
        exit 1
    fi
    # The compiler and Python's headers make training faster. Grading does without them.
    version=$("$found" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
    if ! command -v cc >/dev/null || ! ls /usr/include/"python$version"/Python.h >/dev/null 2>&1; then
        { apt-get update && install gcc libc6-dev "python$version-dev"; } ||
            echo "No C compiler: the fast layers will use NumPy."
    fi
    "$found" -m venv "$base/venv"
    # The versions that the course grades with, whenever the image is built.
    "$base/venv/bin/python" -m pip install --no-cache-dir --constraint "$source/constraints.txt" \
        "$source[sandbox]"
}

if [ -z "${CONVNETS_PYTHON:-}" ]; then
    make_environment
fi
cd "$source"
"${CONVNETS_PYTHON:-$base/venv/bin/python}" -c '
from autograder.course.exports import gradescope_run
from autograder.sandbox import doctor
print("Ready to grade.", doctor.one_line())
'
