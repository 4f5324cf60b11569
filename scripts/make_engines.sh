#!/bin/sh
# The engines of CWL, Snakemake and Yadage, each in an environment of its own:
# make_engines.sh PYTHON VIRTUAL_ENVIRONMENT
#
# They lie in VIRTUAL_ENVIRONMENT/engines and are made side by side, because most
# of the time is the network's. One that is there already, with the same
# requirements, stays as it is. Where one cannot be had, a sentence says what is
# lost. Never fails: everything else works without.
set -u
python=$1 engines=$2/engines
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$engines"

make_one() {
    place=$engines/$1 wanted=$here/engines/$1.txt
    cmp -s "$wanted" "$place/.installed" && return
    sh "$here/make_venv.sh" "$python" "$place" >"$place.log" 2>&1 &&
        "$place/bin/python" -m pip install --quiet --disable-pip-version-check -r "$wanted" >>"$place.log" 2>&1 &&
        prepare "$1" >>"$place.log" 2>&1 &&
        cp "$wanted" "$place/.installed"
}

# What is read on every start is read once, now; what is imported is compiled.
prepare() {
    [ "$1" = cwl ] || return 0
    "$place/bin/python" -I -c "import sys; sys.path.append('$here/..')
from taverna_server.engines.cwl.schemas import main; main()"
}

make_or_say() {
    make_one "$1" || echo "$2 could not be installed: $3 workflows will fail, everything else works;" \
        "$engines/$1.log says why, and 'make engines' tries again." >&2
}

make_or_say cwl cwltool CWL &
make_or_say snakemake Snakemake Snakemake &
make_or_say yadage Yadage Yadage &
wait
exit 0
