# ./dev bench [core] [OPTION...]: the core's benchmarks (bench/core), an optimised build, no server; what follows is
#   handed to each program, e.g. ./dev bench --benchmark_filter=month
# ./dev bench isolation [--bookings N] [OPTION...]: what row security costs (bench/isolation), on a private server with
#   generated data, N bookings (500,000 if not given); the other options are those of bench/isolation/run.py.
#   Some six minutes on two cores. The report is also in build/bench/isolation.md.
# ./dev bench booking [OPTION...]: attempts to book a second, beside other ways to keep bookings from colliding (bench/booking), on a
#   private server; the options are those of bench/booking/run.py. Some six minutes. The report is also in build/bench/booking.md.
# ./dev bench availability [--bookings N] [--growth] [OPTION...]: finding slots beside SQL, PL/pgSQL and JavaScript (bench/availability), on a
#   private server with generated data, N bookings (2,000,000 if not given); the other options are those of bench/availability/run.py. Some
#   eight minutes. The report is also in build/bench/availability.md, the picture beside it. --growth instead compares 200,000 bookings with
#   20,000,000: half an hour, and 20 GB of disk in /tmp.

source "$top/dev.d/packages.sh"
source "$top/dev.d/cluster.sh"

bench() {
	case ${1-} in
	isolation) shift && bench_isolation "$@" ;;
	availability) shift && bench_availability "$@" ;;
	booking) shift && bench_booking "$@" ;;
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

bench_isolation() {
	local bookings=500000
	if [ "${1-}" = --bookings ]; then
		bookings=${2:?--bookings takes a number}
		shift 2
	fi
	start_bench_server
	echo "making $bookings bookings ..." >&2
	"$bindir/psql" -X -q -v bookings="$bookings" -f "$work/src/bench/isolation/data.sql" >&2
	mkdir -p "$top/build/bench"
	"$(debian_python3)" "$work/src/bench/isolation/run.py" "$@" | tee "$top/build/bench/isolation.md"
}

bench_booking() {
	start_bench_server
	"$bindir/psql" -X -q -f "$work/src/bench/booking/data.sql" >&2
	mkdir -p "$top/build/bench"
	PATH="$bindir:$PATH" "$(debian_python3)" "$work/src/bench/booking/run.py" "$@" | tee "$top/build/bench/booking.md"
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

# A server with the module of this checkout and an empty database "bench", to which PGHOST, PGUSER and PGDATABASE lead.
start_bench_server() {
	trap finish_bench EXIT
	trap 'exit 130' INT TERM HUP

	need_packages "${module_packages[@]}" python3
	need_postgresql
	work=$(mktemp -d /tmp/bookmeatoz-bench.XXXXXX)
	echo "building for $("$PG_CONFIG" --version) ..." >&2
	build_stage "$work" >"$work/build.log" 2>&1 || {
		tail -n 40 "$work/build.log"
		return 1
	}
	start_cluster "$work"
	configure_for_bench
	export PGDATABASE=bench PGBENCH=$bindir/pgbench
	"$bindir/createdb"
}

# All data in memory, nothing in the background, the cost of a page as for a solid state disk.
configure_for_bench() {
	local setting
	for setting in "shared_buffers = '1GB'" "max_wal_size = '8GB'" "checkpoint_timeout = '1h'" 'autovacuum = off' \
		'random_page_cost = 1.1' "effective_cache_size = '4GB'" "shared_preload_libraries = 'bookmeatoz'"; do
		"$bindir/psql" -X -q -d postgres -c "ALTER SYSTEM SET $setting"
	done
	as_server "$bindir/pg_ctl" -s -w -D "$work/data" -l "$work/server.log" restart
}

finish_bench() {
	local result=$?
	stop_cluster "${work:-/nonexistent}" || true
	rm -rf "${work:-/nonexistent}"
	exit "$result"
}
