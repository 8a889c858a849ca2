# ./dev check: everything that must hold before a commit, from format to survive. Called by ./dev, .ci/run and matrix.
# Logs stay in build/log; everything else is written to build/check and to one temporary folder.

source "$top/dev.d/packages.sh"
source "$top/dev.d/format.sh"
source "$top/dev.d/cluster.sh"
source "$top/dev.d/storm.sh"
source "$top/dev.d/reference.sh"
source "$top/dev.d/report.sh"
source "$top/dev.d/node.sh"
source "$top/dev.d/example.sh"

fuzz_seconds=${FUZZ_SECONDS:-20}
python3=$(debian_python3)
scenarios=${SCENARIOS:-1500}
seed=${SEED:-$((RANDOM * 32768 + RANDOM))}

check() {
	local lint=true
	case "$*" in
	'') ;;
	--no-lint) lint=false ;;
	*) echo "usage: ./dev check [--no-lint]" >&2 && return 2 ;;
	esac
	at_end=finish_check
	private_folder check

	local packages=("${module_packages[@]}" "${core_packages[@]}" "${proof_packages[@]}")
	if $lint; then packages+=("${lint_packages[@]}"); fi
	need_packages "${packages[@]}"
	need_postgresql
	need_node
	[ -n "$node_missing" ] || need_chromium
	logs=$top/build/log
	mkdir -p "$logs"
	echo "$("$PG_CONFIG" --version), seed $seed, logs in $logs"

	if $lint; then check_lint; fi
	check_builds
	if [ -n "$built" ]; then
		check_in_lanes
		if $lint; then check_clang_tidy; fi
	else
		skip 'all that runs it' 'not built'
	fi
	verdict_given=true
	record_for_matrix
	verdict 'check'
}

# A row of the table of ./dev matrix: version, check, survive.
record_for_matrix() {
	awk -v version="$("$PG_CONFIG" --version | awk '{ print $2 }')" -v seconds="$SECONDS" '{ good += $1; bad += $2 }
		$3 == "survive" { survive = $2 ? "FAILED" : $1 " passed" }
		END { print version "|" good " passed, " bad " failed, " seconds " s|" (survive ? survive : "did not run") }' "$work/steps" >"$logs/verdict"
}

finish_check() {
	[ -n "${verdict_given-}" ] || echo 'FAILED: check stopped before its end; see above'
}

# ---- lint

check_lint() {
	if has_format_version; then
		step 'format' count_one check_format
	else
		echo "format                          not judged: only clang-format $format_version decides"
	fi
	step 'shellcheck' count_one check_shell
	step 'core without PostgreSQL' count_one check_core_includes
	step 'rooms of src/pg' count_one check_rooms
	step 'one version' count_one check_version
	step 'releases stay as they are' count_one check_releases
}

check_format() {
	cpp_files | xargs clang-format --dry-run -Werror || {
		echo 'run ./dev format'
		return 1
	}
}

check_shell() {
	cd "$top"
	shellcheck -x -s bash dev .ci/run dev.d/*.sh
	shellcheck sql/assemble examples/scale-out/move-tenant examples/scale-out/pgbouncer-route
	find test bench -name '*.sh' -print0 | xargs -0 -r shellcheck -x
}

# The core includes only the standard library and itself. (CMake gives it no path to the server's headers.)
check_core_includes() {
	if grep -nE '^ *# *include' "$top"/src/core/*.?pp | grep -vE '#include (<[a-z_]+>|"(core/)?[a-z_]+\.hpp")'; then
		echo 'the lines above include more than the standard library and src/core'
		return 1
	fi
}

# A room of src/pg includes only rooms that stand before it in the table of src/README.md.
check_rooms() {
	local room rooms allowed='' bad=0
	# shellcheck disable=SC2016
	rooms=$(sed -n 's/^| `\([a-z]*\)` .*/\1/p' "$top/src/README.md")
	for room in $rooms; do
		allowed+="${allowed:+|}$room"
		if grep -nE '^ *# *include "' "$top/src/pg/$room"/*.?pp | grep '"pg/' | grep -vE "\"pg/($allowed)/"; then bad=1; fi
	done
	if grep -nE '^ *# *include "([^"]*/)?[^"/]*\.hpp"' "$top"/src/pg/*/*.?pp | grep -vE '"(pg|core)/[a-z_0-9/]+\.hpp"'; then bad=1; fi
	diff <(sort <<<"$rooms") <(cd "$top/src/pg" && find . -mindepth 1 -maxdepth 1 -type d | cut -c3- | sort) || bad=1
	if [ $bad != 0 ]; then
		echo 'the lines above include a room behind their own, name no room, or differ from the table of src/README.md'
		return 1
	fi
}

# bookmeatoz.control has the version. META.json, the client and the newest entry of debian/changelog must have the same, and debian/control must
# be made from debian/control.in.
check_version() {
	"$python3" - "$top" <<'PYTHON'
import json, re, sys
top = sys.argv[1]
read = lambda name: open(f"{top}/{name}").read()
version = re.search(r"^default_version *= *'(.*)'", read("bookmeatoz.control"), re.M)[1]
meta = json.loads(read("META.json"))
found = {"META.json": {meta["version"], meta["provides"]["bookmeatoz"]["version"]},
         "clients/node/package.json": {json.loads(read("clients/node/package.json"))["version"]},
         "debian/changelog": {re.match(r"bookmeatoz \((.*)-\d+\) ", read("debian/changelog"))[1]}}
wrong = [f"{name} names {', '.join(sorted(versions))}, bookmeatoz.control {version}" for name, versions in found.items() if versions != {version}]
control = read("debian/control")
if read("debian/control.in").replace("PGVERSION", re.search(r"^Package: postgresql-(\d+)-", control, re.M)[1]) != control:
    wrong.append("debian/control is not what pg_buildext updatecontrol makes of debian/control.in")
sys.exit("\n".join(wrong) or 0)
PYTHON
}

# What is released never changes: each script has a line in sql/released.sha256.
check_releases() { (cd "$top/sql" && sha256sum --check --strict released.sha256 && diff <(printf '%s\n' bookmeatoz--*.sql) <(cut -c67- released.sha256)); }

# ---- the builds

# -g1: lines of code for a backtrace, in three quarters of the time.
check_builds() {
	built=yes
	build 'build with gcc' build_cmake gcc cc c++ -DCMAKE_CXX_FLAGS_RELWITHDEBINFO='-O2 -g1 -DNDEBUG'
	build 'build with clang and sanitizers' build_cmake clang clang clang++ -DBOOKMEATOZ_SANITIZE=ON -DCMAKE_BUILD_TYPE=Debug \
		-DCMAKE_CXX_FLAGS_DEBUG='-O2 -g1'
	build 'build with PGXS' build_stage "$work" PG_CXXFLAGS=-g1
}

build() {
	step "$1" count_one "${@:2}"
	$step_passed || built=
}

# build_cmake NAME CC CXX OPTION...
build_cmake() {
	local folder=$top/build/check/$1 cc=$2 cxx=$3
	shift 3
	CC=$cc CXX=$cxx cmake -S "$top" -B "$folder" -DPG_CONFIG="$PG_CONFIG" "$@"
	cmake --build "$folder" -j"$(nproc)"
}

check_clang_tidy() {
	step 'clang-tidy of the core' count_one check_tidy clang "$top"/src/core/*.cpp
	# The build with sanitizers has no module.
	step 'clang-tidy of the module' count_one check_tidy gcc "$top"/src/pg/*/*.cpp
}

# check_tidy BUILD FILE...
check_tidy() {
	printf '%s\n' "${@:2}" |
		timeout 600 xargs -P "$(nproc)" -n 1 clang-tidy -p "$top/build/check/$1" --quiet 2>&1 |
		sed '/ warnings\{0,1\} generated\.$/d' || {
		echo 'clang-tidy found something above, or took longer than 600 s'
		return 1
	}
}

# ---- two lanes

# For two cores, each with a server of its own: who kills a server or fills it disturbs nobody else.
check_in_lanes() {
	start_cluster "$work"
	mkdir "$work/second"
	ln -s "$work/src" "$work/stage" "$work/second"
	start_cluster "$work/second"
	# The programs of the server's own version, before those of another that may be installed.
	export PATH=$bindir:$PATH
	second_lane &
	child=$!
	PGHOST=$work
	check_answers
	wait "$child" || skip 'the second lane' 'it stopped before its end'
	child=
	cp "$work/server.log" "$logs/server.log"
	cp "$work/second/server.log" "$logs/second-server.log"
}

second_lane() {
	check_core
	check_surroundings
}

# ---- the core, without a server

check_core() {
	step 'unit tests' count_googletest unit_tests gcc
	step 'unit tests under sanitizers' count_googletest unit_tests clang
	step 'fuzzers' count_tap fuzz_smoke
}

unit_tests() { ctest --test-dir "$top/build/check/$1" --verbose; }

# Each fuzzer starts from its corpus. New inputs are thrown away; an input that fails stays in the log folder.
fuzz_smoke() {
	local fuzzers=("$top"/build/check/clang/fuzz/*) fuzzer name share inputs
	share=$(((fuzz_seconds + ${#fuzzers[@]} - 1) / ${#fuzzers[@]}))
	for fuzzer in "${fuzzers[@]}"; do
		name=$(basename "$fuzzer")
		inputs=("$work/fuzz/$name" "$top/test/fuzz/corpus/$name")
		mkdir -p "${inputs[0]}"
		[ -d "${inputs[1]}" ] || unset 'inputs[1]'
		if "$fuzzer" -seed="$seed" -max_total_time="$share" -timeout=10 -rss_limit_mb=2048 -print_final_stats=1 \
			-artifact_prefix="$logs/" "${inputs[@]}"; then
			echo "ok $name"
		else
			echo "not ok $name"
		fi
	done
}

# ---- the extension in a server

# What SQL answers, and to whom.
check_answers() {
	step 'readme' count_tap readme
	step 'reference' count_one reference_is_current
	step 'sql' count_regress installcheck ISOLATION=
	step 'isolation specs' count_regress installcheck REGRESS=
	step 'rights of row security' count_checks row_security_rights
	step 'attacks on row security' count_unittest row_security_attacks
	step 'signed context' count_tap signed_context
	step 'installation and its steps' count_unittest installation
	step 'differential' count_one differential_run
	step 'figures of reports' count_one figures_run
	step 'substitution fuzz' count_checks substitution_fuzz
}

# What happens around it: crowds, crashes, dumps, applications.
check_surroundings() {
	step 'self-test of the differential' count_unittest differential_unittest
	step 'robustness' count_unittest robustness
	step 'hot standby' count_tap hot_standby
	step 'a tenant moves' count_unittest tenant_moves
	step 'self-test of the storm' count_unittest storm_unittest
	step 'storm' count_one run_storm "$PGHOST" storm.py --minutes 0.2 --seed "$seed"
	step 'storm over the archive' count_one run_storm "$PGHOST" archive.py
	step 'self-test of that storm' count_one careless_archive
	step 'restore' count_tap restore_tests
	step 'survive' count_tap survive_tests
	check_node
}

installcheck() {
	make -C "$work/src" -s installcheck PG_CONFIG="$PG_CONFIG" "$@" || {
		cat "$work"/src/regression.diffs "$work"/src/output_iso/regression.diffs 2>/dev/null
		return 1
	}
}

readme() { "$python3" "$work/src/test/readme/run.py"; }

# And what is public of the releases is there, in the same database.
reference_is_current() { with_reference_database "$work/src/sql/reference.py" check && "$python3" "$work/src/sql/signatures.py" check; }

differential_unittest() { cd "$work/src/test/differential" && "$python3" -m unittest; }

differential_run() {
	export PGDATABASE=differential
	createdb
	PGOPTIONS='-c client_min_messages=warning' psql -q -c 'CREATE EXTENSION bookmeatoz CASCADE'
	cd "$work/src"
	"$python3" test/differential/run.py --scenarios "$scenarios" --seed "$seed"
}

figures_run() { PGDATABASE=differential "$python3" "$work/src/test/differential/figures.py" --seed "$seed"; }

row_security_rights() { "$python3" "$work/src/test/row_security/rights.py"; }

row_security_attacks() { cd "$work/src/test/row_security" && "$python3" -m unittest -v; }

signed_context() { PATH="$bindir:$PATH" "$work/src/test/signed_context/run.sh" && PATH="$bindir:$PATH" "$work/src/test/signed_context/logs.sh"; }

substitution_fuzz() { "$python3" "$work/src/test/substitution/run.py"; }

robustness() { cd "$work/src/test/robustness" && "$python3" -m unittest -v; }

tenant_moves() { cd "$work/src/test/scale_out" && "$python3" -m unittest -v; }

hot_standby() { "$work/src/test/robustness/standby.sh"; }

storm_unittest() { cd "$work/src/test/storm" && "$python3" -m unittest; }

# It must find what a careless archive breaks. That it fails is not enough: so it would without a server too.
careless_archive() {
	local said
	! said=$(run_storm "$PGHOST" archive.py --careless) && echo "$said" && grep -q '^VIOLATION' <<<"$said"
}

installation() { cd "$work/src/test/install" && "$python3" -m unittest -v; }

restore_tests() { "$work/src/test/restore/run.sh"; }

# The short form of ./dev survive.
survive_tests() { "$python3" "$work/src/test/survive/survive.py" --short; }
