#!/bin/sh
# Make the virtual environment: make_venv.sh PYTHON DIRECTORY
#
# Debian ships Python without the module that puts pip into a new environment;
# as root it is installed, otherwise one sentence says what to do.
set -eu
python=$1 venv=$2

if ! command -v "$python" >/dev/null; then
    echo "There is no '$python': install Python 3.11 or later, or name it with 'make PYTHON=...'." >&2
    exit 1
fi
if ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
    echo "$("$python" --version) is too old: Python 3.11 or later is needed; name one with 'make PYTHON=...'." >&2
    exit 1
fi
if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
    package=$("$python" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        echo "Installing $package, without which Debian's Python makes no virtual environments."
        export DEBIAN_FRONTEND=noninteractive
        apt-get -qq update </dev/null || true
        apt-get -qq -y -o DPkg::Lock::Timeout=300 install --no-install-recommends "$package" </dev/null >/dev/null || true
    fi
    if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
        echo "This Python cannot make virtual environments: install its package $package (apt-get install $package) and try again." >&2
        exit 1
    fi
fi
# One left half made by an interrupted attempt has no pip.
"$venv/bin/python" -m pip --version >/dev/null 2>&1 || "$python" -m venv --clear "$venv"
