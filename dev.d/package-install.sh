#!/bin/bash
# package-install.sh VERSION: the part of ./dev packages that runs in a clean system that has this server and no compiler. Installs the
# package that is in /src/build/log by apt, uses it, upgrades it under a server that runs, and purges it: no file is left.
set -euo pipefail
version=$1
package=postgresql-$version-bookmeatoz
export DEBIAN_FRONTEND=noninteractive

if command -v c++ make; then exit 1; fi
as_postgres() { (cd / && runuser -u postgres -- "$@"); }
query() { as_postgres psql -XqtA -v ON_ERROR_STOP=1 -c "$1" booking; }
files() { find / -xdev ! -path '/proc/*' ! -path '/run/*' ! -path '/var/lib/dpkg/*' ! -path '/var/lib/apt/*' ! -path '/var/cache/*' ! -path '/var/log/*' ! -path '/src/*' ! -path '/tmp/*' | sort; }

files >/tmp/before
apt-get -y install /src/build/log/"${package}"_*.deb
dpkg -L "$package"

pg_createcluster "$version" main --start
as_postgres createdb booking
query 'CREATE EXTENSION bookmeatoz CASCADE'
query "INSERT INTO tenants (name, subdomain) VALUES ('Linden Group', 'linden')"
# It warns of the superuser who asks and of what postgresql.conf lacks. No error.
query 'SELECT * FROM bookmeatoz_verify()' | tee /tmp/found
if grep -v '^warning|' /tmp/found; then exit 1; fi

# The same contents as a later version.
mkdir /tmp/later
dpkg-deb -R /src/build/log/"${package}"_*.deb /tmp/later/tree
sed -i 's/^Version: .*/&+later/' /tmp/later/tree/DEBIAN/control
dpkg-deb --root-owner-group -b /tmp/later/tree /tmp/later/later.deb
apt-get -y install /tmp/later/later.deb
dpkg-query -W -f '${Version}\n' "$package" | grep '+later$'
[ "$(query 'SELECT resolve_tenant(subdomain) = id FROM tenants')" = t ]
query 'DROP EXTENSION bookmeatoz CASCADE' 2>/dev/null

pg_dropcluster --stop "$version" main
apt-get -y purge "$package"
files >/tmp/after
diff /tmp/before /tmp/after | grep -v '^[0-9,]*[acd][0-9,]*$' || true
cmp /tmp/before /tmp/after
echo 'installed by apt without a compiler, used, upgraded, purged: no file is left'
