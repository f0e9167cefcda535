#!/usr/bin/env bash
# Runs once, as root, when the container's image is built. Everything goes into a virtual
# environment of its own; nothing of the system's Python is changed.
set -euo pipefail

source="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
venv="${TORCHGRADE_VENV:-/autograder/venv}"

usable_python() {
    for python in python3 python3.13 python3.12 python3.11; do
        if "$python" -c 'import sys, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            echo "$python"
            return
        fi
    done
    return 1
}

install_packages() {
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -qq
    apt-get install -y -qq --no-install-recommends "$@"
}

if [ ! -x "$venv/bin/python" ]; then
    # Ubuntu 22.04 calls 3.10 python3, and has 3.11 beside it.
    usable_python >/dev/null || install_packages python3.11 python3.11-venv
    "$(usable_python)" -m venv "$venv"
fi
# For seccomp; without it the other layers of isolation hold.
ldconfig -p | grep -q 'libseccomp\.so\.2' || install_packages libseccomp2

if [ -f "$source/pip.conf" ]; then
    export PIP_CONFIG_FILE="$source/pip.conf"
fi
export PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_ROOT_USER_ACTION=ignore
install() {
    "$venv/bin/python" -m pip install --quiet "$@" "$source"/torchgrade-*.whl
}
if ! install --constraint "$source/constraints.txt"; then
    echo "The versions that torchgrade was built with are not to be had here; others are taken." >&2
    install
fi
"$venv/bin/torchgrade" gradescope prepare "$source"

# Where the kernel lends no Landlock, a student's process is another user: the answers are not its
# to read, neither here nor where they are installed.
site="$("$venv/bin/python" -c 'import os, reference; print(os.path.dirname(reference.__file__))')"
chmod -R go-rwx "$site" "$source"/*.whl "$source"/rubric.yaml
# Nor are the labels of the images that it is measured on, and these images.
find "$source/data" \( -path '*/validation/*' -o -path '*/test/*' -o -name labels.npy \) \
    -exec chmod go-rwx {} +
