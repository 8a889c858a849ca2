# ./dev freeze NEXT: a release. Writes the scripts, the checksums and the public signatures of the present version for good, and begins NEXT.
# It changes the checkout alone: look at it, commit, tag.

source "$top/dev.d/packages.sh"
source "$top/dev.d/cluster.sh"
source "$top/dev.d/reference.sh"

freeze() {
	local next=${1-} version before
	version=$(version_of_extension)
	if [[ ! $next =~ ^[0-9]+\.[0-9]+\.[0-9]+$ ]] || [ "$(printf '%s\n' "$version" "$next" | sort -V | tail -n 1)" != "$next" ] || [ "$next" = "$version" ]; then
		echo "usage: ./dev freeze NEXT: a version after $version, such as 1.2.0" >&2
		return 2
	fi
	need_packages python3 python3-psycopg2
	start_private_server freeze
	with_reference_database "$top/sql/signatures.py" write "$version"
	cd "$top" || return
	before=$(cd sql/update && echo from-*.sql)
	before=${before#from-} before=${before%.sql}
	sql/assemble >"sql/bookmeatoz--$version.sql"
	sql/assemble --update-from "$before" >"sql/bookmeatoz--$before--$version.sql"
	(cd sql && sha256sum "bookmeatoz--$version.sql" "bookmeatoz--$before--$version.sql" >>released.sha256 && LC_ALL=C sort -k 2 -o released.sha256 released.sha256)
	rm "sql/update/from-$before.sql"
	echo "-- From $version: functions that go, or whose arguments or result change and which are therefore made anew. What depends on one of them
-- stops the update, with an error that names it." >"sql/update/from-$version.sql"
	sed -i "s/^default_version = .*/default_version = '$next'/" bookmeatoz.control
	sed -i "s/\"version\": \"$version\",\$/\"version\": \"$next\",/; s/\"version\": \"$version\"\$/\"version\": \"$next\"/" META.json
	sed -i "/\"name\": \"bookmeatoz\",/{n;s/\"version\": \"$version\"/\"version\": \"$next\"/}" clients/node/package.json clients/node/package-lock.json examples/fastify/package-lock.json
	sed -i "s/^## $version (unreleased)/## $next (unreleased)\n\n## $version ($(date -u +%F))/" CHANGELOG.md
	sed -i '1s/UNRELEASED/unstable/' debian/changelog
	{
		printf 'bookmeatoz (%s-1) UNRELEASED; urgency=medium\n\n  * See CHANGELOG.md.\n\n' "$next"
		printf '%s  %s\n\n' "$(grep -m 1 '^ -- ' debian/changelog | sed 's/  .*//')" "$(date -uR)"
		cat debian/changelog
	} >"$work/changelog"
	cp "$work/changelog" debian/changelog
	echo "OK: $version is frozen, $next has begun. Look at git diff; the tables of docs/operations.md and sql/README.md name versions too."
}
