# ./dev packages [SUITE...]: the Debian package of each suite's PostgreSQL: built twice and compared, installed, tested, removed.
# ./dev packages pgxn [SUITE]: the archive of a release, and that `pgxn install` takes it.
# ./dev packages builds: other compilers and ways to build. The systems stay in /var/tmp between runs.

source "$top/dev.d/packages.sh"
source "$top/dev.d/cluster.sh"
source "$top/dev.d/chroot.sh"

packages() {
	case ${1-} in
	pgxn) pgxn_archive "${2:-bookworm}" ;;
	builds) packages_builds ;;
	*) packages_in_suites "$@" ;;
	esac
}

# ---- Debian

packages_in_suites() {
	need_root packages
	private_folder packages
	[ $# -gt 0 ] || set -- bookworm trixie forky
	local suite bad=()
	for suite in "$@"; do
		packages_of "$suite" || bad+=("$suite")
	done
	if [ ${#bad[@]} -gt 0 ]; then
		echo "FAILED: packages: ${bad[*]} ($SECONDS s); logs in $top/build/packages"
		return 1
	fi
	echo "OK: packages passed on $* in $SECONDS s; they are in $top/build/packages"
}

# packages_of SUITE: builds the suite's package, installs it and tests it, and says so in one line a step. Needs a private folder. The
# package and the logs stay in build/packages/SUITE.
packages_of() {
	local suite=$1 version began=$SECONDS folder=$top/build/packages/$1 step
	version=$(postgresql_of "$suite") && need_systems "$suite" "$version" || return
	rm -rf "$folder" "$top/build/packages/$version"
	mkdir -p "$folder"
	for step in build install test; do
		printf '%-9s PostgreSQL %s  package: %-8s' "$suite" "$version" "$step"
		if "packages_$step" "$suite" "$version" "$folder" >"$folder/$step.log" 2>&1; then
			echo "ok  $(tail -n 1 "$folder/$step.log")"
		else
			echo 'FAILED'
			tail -n 30 "$folder/$step.log"
			return 1
		fi
	done
	echo 'built, installed, tested' >"$top/build/packages/$version" # for the table of ./dev matrix
	echo "$suite: $((SECONDS - began)) s"
}

# need_systems SUITE VERSION: one system that can build a package, one that has the server and nothing to build with.
need_systems() {
	need_chroot "$1-for-packages" "$1" build-essential debhelper faketime fakeroot lintian pgxnclient postgresql-server-dev-all unzip \
		"postgresql-$2" &&
		need_chroot "$1-with-server" "$1" "postgresql-$2"
}

packages_build() { in_chroot "$1-for-packages" offline "$3" /src/dev.d/package-build.sh "$2"; }
packages_install() { in_chroot "$1-with-server" offline "$3" /src/dev.d/package-install.sh "$2"; }
packages_test() { in_chroot "$1-for-packages" offline "$3" /src/dev.d/package-test.sh "$2"; }

# ---- PGXN

# The archive is what is committed, so a checkout makes the same one everywhere, at any time. (A zip has local times.)
pgxn_archive() {
	need_root packages
	private_folder packages
	local suite=$1 version folder=$top/build/packages/pgxn archive name
	version=$(postgresql_of "$suite")
	name=bookmeatoz-$(version_of_extension)
	archive=$folder/$name.zip
	rm -rf "$folder"
	mkdir -p "$folder"
	TZ=UTC git -c safe.directory="*" -C "$top" archive --format=zip --prefix="$name/" -o "$archive" HEAD
	need_systems "$suite" "$version"
	if ! in_chroot "$suite-for-packages" offline "$folder" /src/dev.d/package-pgxn.sh "$version" "$name" >"$folder/pgxn.log" 2>&1; then
		tail -n 30 "$folder/pgxn.log"
		echo "FAILED: packages pgxn ($SECONDS s); the log: $folder/pgxn.log"
		return 1
	fi
	echo "OK: pgxn installs $archive ($(du -k "$archive" | cut -f 1) kB, sha256 $(sha256sum "$archive" | cut -c1-16)...) in $SECONDS s"
}

# ---- ways to build

# A name, and what is given to make. (Debian's packages are built in a third way, by VPATH.)
build_variants='
gcc
gcc, not optimized    | PG_CXXFLAGS=-O0
gcc, with bitcode     | WITH_BITCODE=1
gcc, elsewhere        | -f ../src/Makefile
clang                 | CXX=clang++
clang, not optimized  | CXX=clang++ PG_CXXFLAGS=-O0
'

packages_builds() {
	private_folder packages
	need_packages "${module_packages[@]}" clang
	need_postgresql
	bindir=$("$PG_CONFIG" --bindir)
	local name how began failed=0 number=0
	while IFS='|' read -r name how; do
		[ -n "$name" ] || continue
		began=$SECONDS number=$((number + 1))
		printf '%-24s' "$name"
		if (try_variant "$work/$number" "$how") >"$work/variant.log" 2>&1; then
			echo "ok  $((SECONDS - began)) s"
		else
			echo 'FAILED'
			tail -n 30 "$work/variant.log"
			failed=1
		fi
		stop_cluster "$work/$number" || true
	done <<<"$build_variants"
	if [ $failed != 0 ]; then
		echo "FAILED: packages builds ($SECONDS s)"
		return 1
	fi
	echo "OK: all builds passed for $("$PG_CONFIG" --version) in $SECONDS s"
}

# try_variant FOLDER HOW: builds without a warning, installs by DESTDIR, loads, answers.
try_variant() {
	local folder=$1 arguments
	mkdir -p "$folder/src" "$folder/built" && chmod 755 "$work" && copy_sources "$folder/src" || return
	read -ra arguments <<<"$2"
	# The server's flags are those of gcc.
	arguments=("${arguments[@]/%CXX=clang++/CXX=clang++ -Wno-unknown-warning-option}")
	case $2 in
	*-f*) arguments+=(-C "$folder/built") ;;
	*) arguments+=(-C "$folder/src") ;;
	esac
	make "${arguments[@]}" -s -j"$(nproc)" >"$folder/make.log" 2>&1 || { cat "$folder/make.log" && return 1; }
	if [ -s "$folder/make.log" ]; then
		cat "$folder/make.log"
		echo 'the build was not silent'
		return 1
	fi
	make "${arguments[@]}" -s install DESTDIR="$folder/stage" && start_cluster "$folder" && PATH=$bindir:$PATH &&
		make "${arguments[@]}" -s installcheck ISOLATION= REGRESS='availability booking' &&
		case $2 in *WITH_BITCODE*) inlines_bitcode "$folder" ;; esac
}

inlines_bitcode() {
	[ -s "$1/stage$("$PG_CONFIG" --pkglibdir)/bitcode/bookmeatoz.index.bc" ] &&
		PGOPTIONS='-c jit=on -c jit_above_cost=0 -c jit_inline_above_cost=0' psql -X -d contrib_regression \
			-c "EXPLAIN ANALYZE SELECT count(*) FROM generate_series(1, 1000) i WHERE search_text(i::text, '9')" | tee "$1/plan" &&
		grep 'Inlining true' "$1/plan"
}
