#!/bin/bash
# ends_with_parent.sh PROGRAM [ARGUMENT...]: becomes PROGRAM, a server that a test has for itself, and ends at once when the process ends that
# started it, even by kill -9. As root it runs as postgres: servers refuse to run as root. The paths are absolute.
set -euo pipefail
cd /
as_postgres=()
[ "$(id -u)" != 0 ] || as_postgres=(--reuid=postgres --regid=postgres --init-groups)
# What a shell starts in the background ignores SIGQUIT, unless told otherwise.
exec env --default-signal=QUIT setpriv "${as_postgres[@]}" --pdeathsig=QUIT "$@"
