# ./dev example [--test]: starts a private server, migrates a database of it, loads demo/sample.sql, and runs the application of
# examples/fastify on it until Ctrl-C. PORT is 3000 if not given.
# With --test persons in real browsers use the application. CHROMIUM names the browser if it is not to be Debian's.
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
	if $test && [ -z "${CHROMIUM-}" ]; then need_packages chromium; fi
	at_end=finish_example
	start_private_server example
	require_node './dev example'
	"$bindir/createdb" example
	address="postgresql:///example?host=$work&user="
	export ADMIN_DATABASE_URL=${address}postgres DATABASE_URL=${address}demo_app AUTH_DATABASE_URL=${address}demo_auth
	SECRET=$(od -An -N32 -tx1 /dev/urandom | tr -d ' \n')
	export SECRET
	echo 'installing the packages of npm ...' >&2
	node_build "$work/src/clients/node"
	node_build "$work/src/examples/fastify"
	cd "$work/src/examples/fastify" || return
	npm run --silent migrate >"$work/migrate.log" 2>&1 || {
		cat "$work/migrate.log" >&2
		return 1
	}
	PGOPTIONS='-c client_min_messages=warning' "$bindir/psql" -X -q -v ON_ERROR_STOP=1 -f "$work/src/demo/sample.sql" example
	node build/src/sample.js
	# Without npm between: it would not pass on the end.
	if $test; then
		run_until_end node --test-reporter=spec build/test/browser.test.js
	else
		export PORT=${PORT:-3000}
		say_where
		run_until_end node build/src/main.js
	fi
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
