# ./dev example [--test]: starts a private server, migrates a database of it, loads demo/sample.sql, and runs the application of
# examples/fastify on it until Ctrl-C. PORT is 3000 if not given.
# With --test persons in real browsers use the application. CHROMIUM names the browser if it is not to be Debian's headless one.
# Nothing is left behind.

source "$top/dev.d/packages.sh"
source "$top/dev.d/cluster.sh"
source "$top/dev.d/node.sh"

example() {
	local test=false
	case "$*" in
	'') ;;
	--test) test=true ;;
	*) echo "usage: ./dev example [--test]" >&2 && return 2 ;;
	esac
	at_end=finish_example
	if $test; then
		need_chromium
		if [ -n "$chromium_missing" ]; then
			echo "./dev example --test needs a browser: $chromium_missing" >&2
			return 1
		fi
	fi
	start_private_server example
	require_node './dev example'
	echo 'installing the packages of npm ...' >&2
	node_build "$work/src/clients/node"
	make_example
	if $test; then
		test_example spec
	else
		export PORT=${PORT:-3000}
		say_where
		# Without npm between: it would not pass on the end.
		run_until_end node "$work/src/examples/fastify/build/src/main.js"
	fi
}

# make_example: builds the application, and makes its database "example" with the sample in the server of PGHOST. Sets what both need to
# be found. The client must be built.
make_example() {
	local application=$work/src/examples/fastify address="postgresql:///example?host=$PGHOST&user="
	"$bindir/createdb" example
	export ADMIN_DATABASE_URL=${address}postgres DATABASE_URL=${address}demo_app AUTH_DATABASE_URL=${address}demo_auth
	SECRET=$(od -An -N32 -tx1 /dev/urandom | tr -d ' \n')
	export SECRET
	node_build "$application"
	(cd "$application" && npm run --silent migrate) >"$work/migrate.log" 2>&1 || {
		cat "$work/migrate.log" >&2
		return 1
	}
	PGOPTIONS='-c client_min_messages=warning' "$bindir/psql" -X -q -v ON_ERROR_STOP=1 -f "$work/src/demo/sample.sql" example
	node "$application/build/src/sample.js"
}

# test_example REPORTER: persons in real browsers use the application.
test_example() {
	mkdir -p "$work/browser"
	# Browsers leave files there when they are killed.
	TMPDIR=$work/browser run_until_end node --test-reporter="$1" "$work/src/examples/fastify/build/test/browser.test.js"
}

say_where() {
	cat <<TEXT

A tenant with two businesses:   http://linden.localhost:$PORT/
One of them, to be booked:      http://haarwerk.localhost:$PORT/
Another tenant:                 http://everest.localhost:$PORT/
Log in at linden or haarwerk:   mia.becker@haarwerk.example, password demo: she sees the figures of the tenant
                                lena.schmidt@mail.example, password demo: a customer of haarwerk
Stop and remove all:            Ctrl-C

TEXT
}

finish_example() {
	case $1 in
	0) echo 'OK: example passed; nothing is left behind' ;;
	130) echo 'stopped; nothing is left behind' ;;
	*) echo 'FAILED: example; see above' >&2 ;;
	esac
}
