#!/bin/bash
# upgrade.sh OLD NEW: pg_upgrade with both versions in one clean Debian system, by copies and by links: definitions, rights, rows and answers stay. As root, in a
# system that is thrown away; /src is the checkout, and /src/build/log has the module for OLD and gets that for NEW. Prints a line and writes a row of a table for each way.
# Called by ./dev survive.
set -euo pipefail
old=$1 new=$2
logs=/src/build/log
export PGHOST=/tmp/sockets PGUSER=postgres LC_ALL=C.UTF-8
tar -C / -xf "$logs/module-$old.tar"
export PG_CONFIG=/usr/lib/postgresql/$new/bin/pg_config
make -C /src -s -j"$(nproc)" install DESTDIR=/stage >"$logs/upgrade-build.log" 2>&1
tar -C /stage -cf "$logs/module-$new.tar" .
tar -C / -xf "$logs/module-$new.tar"
mkdir -p $PGHOST /data
chown postgres $PGHOST /data
cd /data

program() { runuser -u postgres -- "/usr/lib/postgresql/$1/bin/$2" "${@:3}"; }
start() { program "$1" pg_ctl -s -w -D "/data/$2" -l "/data/$2.log" -o "-c unix_socket_directories=$PGHOST -c listen_addresses= -c timezone=UTC" start; }
stop() { program "$1" pg_ctl -s -w -D "/data/$2" -m fast stop; }
survive() { PATH=/usr/lib/postgresql/$1/bin:$PATH python3 /src/test/survive/survive.py "${@:2}"; }
# A cluster of 18 has checksums unless it is told otherwise, and both must agree.
create() {
	local options=()
	[ "$1" -lt 18 ] || options=(--no-data-checksums)
	program "$1" initdb -A trust -U postgres --no-locale --encoding=UTF8 --no-instructions "${options[@]}" -D "/data/$2" >/dev/null
}

create "$old" source
start "$old" source
survive "$old" --make /data/before.json
chmod 644 /data/before.json
stop "$old" source
result=0
for way in copy link; do
	cp -a /data/source /data/old
	create "$new" "$way"
	started=$(date +%s%N)
	program "$new" pg_upgrade -b "/usr/lib/postgresql/$old/bin" -B "/usr/lib/postgresql/$new/bin" -d /data/old -D "/data/$way" "--$way" >"$logs/pg_upgrade-$new-$way.log" 2>&1 || {
		# An option of attributes that only newer minor versions know: the new server is older than the old one.
		if grep -q pg_attver "/data/$way"/pg_upgrade_output.d/*/log/*dump*.log; then
			echo "skipped - pg_upgrade from $old to $new: $(program "$new" postgres --version) is older than $(program "$old" postgres --version), and does not know what that writes"
			exit 0
		fi
		tail -n 30 "$logs/pg_upgrade-$new-$way.log" "/data/$way"/pg_upgrade_output.d/*/log/*dump*.log
		exit 1
	}
	seconds=$((($(date +%s%N) - started) / 100000000))
	start "$new" "$way"
	if figure=$(survive "$new" --compare /data/before.json 2>&1); then
		verdict=ok
	else
		verdict='not ok' result=1
		head -c 4000 <<<"$figure"
		figure=differs
	fi
	echo "$verdict - pg_upgrade from $old to $new, --$way, $figure ($((seconds / 10)).$((seconds % 10)) s)"
	echo "| upgrade | from $old to $new, --$way | $figure | $((seconds / 10)).$((seconds % 10)) | ${verdict/not ok/FAILED} |" >>"$logs/upgrade-$new.table"
	stop "$new" "$way"
	rm -rf /data/old
done
exit $result
