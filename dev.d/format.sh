# ./dev format: applies .clang-format to all C++ sources.

source "$top/dev.d/packages.sh"

format() {
	need_packages clang-format
	find "$top"/src "$top"/test "$top"/bench \( -name '*.cpp' -o -name '*.hpp' \) -print0 | xargs -0 clang-format -i
}
