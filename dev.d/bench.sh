# ./dev bench: the core's benchmarks (bench/core), an optimised build, no server.
# What follows is handed to each program, e.g. ./dev bench --benchmark_filter=month

source "$top/dev.d/packages.sh"

bench() {
	need_packages g++ make cmake libbenchmark-dev
	local folder=$top/build/bench program
	cmake -S "$top" -B "$folder" -DCMAKE_BUILD_TYPE=Release >/dev/null
	cmake --build "$folder" -j"$(nproc)" >/dev/null
	for program in "$folder"/bench/*; do
		echo "== $(basename "$program")"
		"$program" --benchmark_min_time=0.2 "$@"
	done
}
