# The client for Node.js: builds it in a copy, tests it with the Node.js of this machine and with 22, and looks at what npm would pack.
# Then persons in real browsers use the example. Sourced by check, example and bench. It needs a network: what the client is tested with
# comes by npm.

# The oldest Node.js that the client supports.
node_oldest=20.19

# need_node: finds or installs Node.js and npm, and sets PATH for them. Where that is not possible it says why in $node_missing.
node_missing=
need_node() {
	# From 22 on the compiler of TypeScript would leave a cache in /tmp.
	export NODE_DISABLE_COMPILE_CACHE=1
	if ! has_network; then
		node_missing='there is no network, so npm has nothing to install'
		return
	fi
	if ! has_node && ! command -v npm >/dev/null; then need_packages nodejs npm; fi
	if ! npm_answers; then
		node_missing='npm reaches no registry'
	elif ! has_node; then
		install_node 22 && PATH=$work/node-22/node_modules/node/bin:$PATH
	fi
}

# require_node COMMAND: need_node for a command that can do nothing without.
require_node() {
	need_node
	if [ -n "$node_missing" ]; then
		echo "$1 needs Node.js: $node_missing" >&2
		return 1
	fi
}

# need_chromium: sets CHROMIUM, the browser of the example's test: the caller's choice, else Debian's without a window. Where it cannot be
# had $chromium_missing says so.
chromium_missing=
need_chromium() {
	if [ -z "${CHROMIUM-}" ]; then need_packages chromium-headless-shell || true; fi
	export CHROMIUM=${CHROMIUM:-/usr/bin/chromium-headless-shell}
	[ -x "$CHROMIUM" ] || chromium_missing="there is no $CHROMIUM"
}

# node_build FOLDER: npm says only what goes wrong.
node_build() { (cd "$1" && npm ci --loglevel=error --no-progress --no-audit --no-fund >/dev/null && npm run --silent build); }

# Whether there is a route to anywhere. A system without network (./dev matrix) has none.
has_network() { [ -n "$(cat /proc/net/route /proc/net/ipv6_route 2>/dev/null | awk '$1 != "Iface" && $NF != "lo"')" ]; }

has_node() { command -v npm >/dev/null && [ "$(printf '%s\n' "$node_oldest" "$(node --version | cut -c2-)" | sort -V | head -n 1)" = "$node_oldest" ]; }

npm_answers() { timeout 60 npm view --fetch-retries=0 node@22 name >/dev/null 2>&1; }

# install_node MAJOR: the npm package "node" is a binary.
install_node() { npm install --silent --no-save --no-audit --no-fund --prefix "$work/node-$1" "node@$1"; }

check_node() {
	step_unless "$node_missing" 'node client' count_node node_client
	step_unless "${node_missing:-$chromium_missing}" 'node example' count_node node_example
}

# step_unless REASON STEP...: a reason skips the step, which is then neither passed nor failed.
step_unless() {
	if [ -z "$1" ]; then
		step "${@:2}"
	else
		printf '%-32sSKIPPED (%s)\n' "$2" "$1"
	fi
}

# All in the work folder: nothing stays in the checkout.
node_client() {
	cd "$work/src/clients/node" || return
	node_build .
	node node_modules/typescript/bin/tsc -p test
	node_package
	node_tests "$(command -v node)"
	if [ "$(node -p 'process.versions.node.split(".")[0]')" != 22 ]; then
		install_node 22
		# All but those that would compile the README and notice the false designs a second time.
		node_tests "$work/node-22/node_modules/node/bin/node" '!(readme|mutants)'
	fi
}

# With the client that was built for its own tests.
node_example() {
	make_example
	test_example tap
}

# node_tests NODE [PATTERN]: the output is TAP.
node_tests() {
	local status=0
	shopt -s extglob
	"$1" --version
	# shellcheck disable=SC2086
	"$1" --test --test-concurrency=2 --test-reporter=tap build/test/${2-*}.test.js || status=$?
	return "$status"
}

# What would be published: types for all, and no file but these.
node_package() {
	npx publint --strict
	npx attw --pack . --profile esm-only
	# shellcheck disable=SC2016
	npm pack --dry-run --json --ignore-scripts | node -e '
		const [{ files }] = JSON.parse(require("node:fs").readFileSync(0))
		const paths = files.map(file => file.path)
		const strange = paths.filter(path => !/^(dist\/.*\.(js|d\.ts)|README\.md|LICENSE|package\.json)$/.test(path))
		for (const path of ["README.md", "LICENSE", "package.json", "dist/index.js"]) if (!paths.includes(path)) strange.push(`no ${path}`)
		if (strange.length) throw new Error(`npm would pack: ${strange.join(", ")}`)'
}

# Of all runs together.
count_node() { awk '/^# pass / { g += $3 } /^# (fail|cancelled) / { b += $3 } END { print g + 0, b + 0 }'; }
