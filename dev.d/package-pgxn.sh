#!/bin/bash
# package-pgxn.sh VERSION NAME: the part of ./dev packages pgxn that runs in a clean system. Installs /src/build/log/NAME.zip by pgxn and
# uses what was installed.
set -euo pipefail
cd /src/build/log
python3 /src/dev.d/pgxn-meta.py "$2.zip"
pgxn install --verbose --pg_config "/usr/lib/postgresql/$1/bin/pg_config" "./$2.zip"
cd /
runuser -u postgres -- env LC_ALL=C.UTF-8 pg_virtualenv -v "$1" psql -Xqe -v ON_ERROR_STOP=1 -c 'CREATE EXTENSION bookmeatoz CASCADE' \
	-c 'SELECT * FROM bookmeatoz_verify()' -c 'SELECT count(*) FROM bookings'
