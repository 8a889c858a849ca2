# ./dev format: applies .clang-format to all C++ sources. ./dev check uses this file too.

source "$top/dev.d/packages.sh"

# One version decides: others break lines at lambdas and pointers to members differently, whatever .clang-format says.
format_version=14

format() {
	need_packages clang-format
	if ! has_format_version; then
		echo "./dev format: only clang-format $format_version decides (Debian 12; elsewhere pipx install clang-format==14.0.6)" >&2
		return 1
	fi
	cpp_files | xargs clang-format -i
}

has_format_version() { [[ $(clang-format --version) == *"version $format_version."* ]]; }

cpp_files() { find "$top"/src "$top"/test "$top"/bench -name '*.cpp' -o -name '*.hpp' | sort; }
