# ./dev bench [core] [OPTION...]: the benchmarks of the core (bench/core), in an optimised build, without a server. The options go to
#   each program, e.g. ./dev bench --benchmark_filter=month
# ./dev bench row_security [--bookings N] [OPTION...]: what row security costs (bench/row_security), on a private server with N
#   generated bookings (500,000 if not given). The other options are those of bench/row_security/run.py. Takes some six minutes on two
#   cores. The report is also in build/bench/row_security.md.
# ./dev bench booking [OPTION...]: how many attempts to book a second, compared with other ways to keep bookings from colliding
#   (bench/booking), on a private server. The options are those of bench/booking/run.py. Takes some six minutes. The report is also in
#   build/bench/booking.md.
# ./dev bench writes [--bookings N] [OPTION...]: what writing costs, compared with the document's table (bench/writes), on a private server with
#   N bookings of history (100,000 if not given). The other options are those of bench/writes/run.py. The report is also in
#   build/bench/writes.md.
# ./dev bench availability [--bookings N] [--growth] [OPTION...]: finding slots, compared with SQL, PL/pgSQL and JavaScript
#   (bench/availability), on a private server with N generated bookings (2,000,000 if not given). The other options are those of
#   bench/availability/run.py. Takes some eight minutes. The report is also in build/bench/availability.md, with the picture beside it.
#   --growth compares 200,000 bookings with 20,000,000 instead: it takes half an hour, and 20 GB of disk in /tmp.
# ./dev bench node [--calls N]: what a statement with a session context costs a client in Node.js (clients/node, bench/node), on a private
#   server, by its socket and at a distance. Takes some four minutes. The report is also in build/bench/node.md.
# ./dev bench archive [--bookings N]: sizes and times of bookings before and after archive_bookings() (bench/archive), on a private server with
#   N generated bookings of ten years (2,000,000 if not given; 20,000,000 take an hour, and 30 GB of disk in /tmp). The report is also
#   in build/bench/archive.md.

source "$top/dev.d/packages.sh"
source "$top/dev.d/cluster.sh"
source "$top/dev.d/node.sh"

bench() {
	case ${1-} in
	row_security) shift && bench_row_security "$@" ;;
	availability) shift && bench_availability "$@" ;;
	booking) shift && bench_booking "$@" ;;
	writes) shift && bench_writes "$@" ;;
	archive) shift && bench_archive "$@" ;;
	node) shift && bench_node "$@" ;;
	core) shift && bench_core "$@" ;;
	*) bench_core "$@" ;;
	esac
}

bench_core() {
	need_packages g++ make cmake libbenchmark-dev
	local folder=$top/build/bench program
	cmake -S "$top" -B "$folder" -DCMAKE_BUILD_TYPE=Release >/dev/null
	cmake --build "$folder" -j"$(nproc)" >/dev/null
	for program in "$folder"/bench/*; do
		echo "== $(basename "$program")"
		"$program" --benchmark_min_time=0.2 "$@"
	done
}

bench_row_security() {
	local bookings=500000
	if [ "${1-}" = --bookings ]; then
		bookings=${2:?--bookings takes a number}
		shift 2
	fi
	start_bench_server
	echo "making $bookings bookings ..." >&2
	"$bindir/psql" -X -q -v bookings="$bookings" -f "$work/src/bench/row_security/data.sql" >&2
	mkdir -p "$top/build/bench"
	"$(debian_python3)" "$work/src/bench/row_security/run.py" "$@" | tee "$top/build/bench/row_security.md"
}

bench_booking() {
	start_bench_server
	"$bindir/psql" -X -q -f "$work/src/bench/booking/data.sql" >&2
	mkdir -p "$top/build/bench"
	PATH="$bindir:$PATH" "$(debian_python3)" "$work/src/bench/booking/run.py" "$@" | tee "$top/build/bench/booking.md"
}

bench_writes() {
	local bookings=100000
	if [ "${1-}" = --bookings ]; then
		bookings=${2:?--bookings takes a number}
		shift 2
	fi
	need_packages python3-psycopg2
	start_bench_server
	echo "making $bookings bookings in each of five tables ..." >&2
	"$bindir/psql" -X -q -v bookings="$bookings" -f "$work/src/bench/writes/data.sql" >&2
	mkdir -p "$top/build/bench"
	"$(debian_python3)" "$work/src/bench/writes/run.py" "$@" | tee "$top/build/bench/writes.md"
}

bench_archive() {
	local bookings=2000000
	if [ "${1-}" = --bookings ]; then
		bookings=${2:?--bookings takes a number}
		shift 2
	fi
	need_packages python3-psycopg2
	start_bench_server
	"$bindir/createuser" bench_app
	echo "making $bookings bookings ..." >&2
	"$bindir/psql" -X -q -v bookings="$bookings" -f "$work/src/bench/archive/data.sql" >&2
	mkdir -p "$top/build/bench"
	"$(debian_python3)" "$work/src/bench/archive/run.py" "$@" | tee "$top/build/bench/archive.md"
}

bench_node() {
	start_bench_server
	require_node './dev bench node'
	PGOPTIONS='-c client_min_messages=warning' "$bindir/psql" -X -q -v ON_ERROR_STOP=1 -c 'CREATE EXTENSION bookmeatoz CASCADE' \
		-f "$work/src/demo/sample.sql" -c 'VACUUM ANALYZE' >&2
	node_build "$work/src/clients/node"
	(cd "$work/src/bench/node" && npm ci --silent --no-audit --no-fund)
	mkdir -p "$top/build/bench"
	# Client and server take turns, so one processor is enough. On two, what waking the other one takes depends on where each backend
	# happens to run, and is as long as the whole query.
	taskset -a -c -p 0 "$(head -n 1 "$work/data/postmaster.pid")" >/dev/null
	taskset -c 0 node "$work/src/bench/node/run.js" "$@" | tee "$top/build/bench/node.md"
}

bench_availability() {
	local bookings=2000000 growth=
	while :; do
		case ${1-} in
		--bookings)
			bookings=${2:?--bookings takes a number}
			shift 2
			;;
		--growth)
			growth=1
			shift
			;;
		*) break ;;
		esac
	done
	need_packages python3-psycopg2
	start_bench_server
	"$bindir/createuser" bench_app
	g++ -std=c++20 -O2 -I"$("$PG_CONFIG" --includedir)" "$work/src/bench/availability/latency.cpp" -o "$work/latency" \
		-L"$("$PG_CONFIG" --libdir)" -lpq
	export LATENCY=$work/latency
	mkdir -p "$top/build/bench"
	if [ -n "$growth" ]; then
		"$bindir/createdb" small
		make_bookings small 200000 -v search_only=1
		make_bookings bench 20000000 -v search_only=1
		"$(debian_python3)" "$work/src/bench/availability/run.py" --small small --large bench "$@" | tee "$top/build/bench/growth.md"
		return
	fi
	make_bookings bench "$bookings"
	make -C "$work/src/bench/availability" -s PG_CONFIG="$PG_CONFIG"
	"$bindir/psql" -X -q -v costs="$work/src/bench/availability/costs.so" -f "$work/src/bench/availability/costs.sql" >&2
	if ! command -v node >/dev/null || ! command -v npm >/dev/null; then
		echo 'SKIPPED: JavaScript, because node or npm is not installed (Debian: nodejs, npm)' >&2
		set -- --no-node "$@"
	else
		(cd "$work/src/bench/availability/node" && npm ci --silent --no-audit --no-fund)
	fi
	"$(debian_python3)" "$work/src/bench/availability/run.py" --picture "$top/build/bench/availability.svg" "$@" |
		tee "$top/build/bench/availability.md"
}

# make_bookings DATABASE NUMBER [OPTION OF PSQL...]
make_bookings() {
	echo "making $2 bookings ..." >&2
	"$bindir/psql" -X -q -d "$1" -v bookings="$2" "${@:3}" -f "$work/src/bench/availability/data.sql" >&2
}

# Starts a server with this checkout's module and an empty database "bench", and sets PGHOST, PGUSER and PGDATABASE for it.
start_bench_server() {
	need_packages python3
	start_private_server bench
	configure_for_bench
	export PGDATABASE=bench PGBENCH=$bindir/pgbench
	"$bindir/createdb"
}

# All data is in memory, nothing runs in the background, and a random page costs as on a solid state disk.
configure_for_bench() {
	local setting
	for setting in "shared_buffers = '1GB'" "max_wal_size = '8GB'" "checkpoint_timeout = '1h'" 'autovacuum = off' \
		'random_page_cost = 1.1' "effective_cache_size = '4GB'" "shared_preload_libraries = 'bookmeatoz'"; do
		"$bindir/psql" -X -q -d postgres -c "ALTER SYSTEM SET $setting"
	done
	as_server "$bindir/pg_ctl" -s -w -D "$work/data" -l "$work/server.log" restart
}
