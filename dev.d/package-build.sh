#!/bin/bash
# package-build.sh VERSION: the part of ./dev packages that runs in a clean system with what packages are built with. Builds the package of
# that PostgreSQL twice, as differently as two builders can, and compares; has lintian look at it. Leaves it in /src/build/log.
set -euo pipefail

# build USER FOLDER COMMAND...: builds in FOLDER as USER; COMMAND runs dpkg-buildpackage.
build() {
	local user=$1 folder=$2
	shift 2
	useradd --create-home "$user"
	mkdir -p "$folder"
	cp -r /src "$folder/bookmeatoz"
	rm -rf "$folder/bookmeatoz/build"
	chown -R "$user" "$folder"
	(cd "$folder/bookmeatoz" && runuser -u "$user" -- "$@" dpkg-buildpackage -b -us -uc)
}

build first /tmp/first sh -c 'umask 022; exec env -u LANG TZ=UTC LC_ALL=C DEB_BUILD_OPTIONS=parallel=2 "$@"' -
build second /var/tmp/a/longer/path/second sh -c \
	'umask 027; exec env TZ=Pacific/Kiritimati LC_ALL=C.UTF-8 DEB_BUILD_OPTIONS=parallel=3 faketime "+400 days" "$@"' -

cd /tmp/first
cp ./*.deb /src/build/log
for package in *.deb; do
	cmp "$package" "/var/tmp/a/longer/path/second/$package" || {
		echo "$package differs between the builds"
		exit 1
	}
done
# Whose bug this package closes in Debian is a matter of who uploads it there.
runuser -u first -- lintian --fail-on error,warning --suppress-tags initial-upload-closes-no-bugs --no-cfg ./*.changes
sha256sum "$(echo postgresql-"$1"-bookmeatoz_*.deb)" | awk '{ print "built twice, equal: sha256 " substr($1, 1, 16) "... " $2 }'
