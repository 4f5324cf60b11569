#!/bin/sh
# A server with the examples in its library: serve.sh PORT DATA_DIRECTORY
set -eu
export TAVERNA_SERVER_DATA="$2"
for workflow in examples/*/workflow.t2flow; do
    taverna-server workflow add "$workflow" >/dev/null
done
echo "Serving on port $1, data in $2; end it with Ctrl-C. README.md shows a session."
exec taverna-server serve --port "$1"
