#!/usr/bin/env python3
"""Does everything survive? Every way to move, copy, upgrade, crash, repair and damage a database with rows in every table of ours and every kind of a
user's addition: each is a step with a verdict and a figure, and afterwards all definitions, rights and rows are as before, or the difference was said.
Usage: survive.py --help; connected by PGHOST and PGUSER, a superuser, to a server with the extension. Called by ./dev survive and ./dev check."""

import argparse
import os
import re
import sys
import tempfile
import time
import traceback
from typing import Callable, List, Tuple

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "storm"))

import crashes
import dumps
import servers
from base import Failure, Place, Step, run, wait_for_server


def damages(place: Place) -> List[Step]:
    return [Step("each is found, and repaired or said", lambda: run(f"{sys.executable} {HERE}/damages.py {'--short' if place.short else ''}").strip(), short=True)]


# A step returns its figure.
GROUPS: List[Tuple[str, Callable[[Place], List[Step]]]] = [
    ("damages", damages), ("dumps", dumps.steps), ("crashes", crashes.steps), ("servers", servers.steps)]


def main() -> int:
    parser = argparse.ArgumentParser(description="does everything survive?")
    parser.add_argument("--short", action="store_true", help="what takes seconds, and neither kills nor restarts the server")
    parser.add_argument("--data", default="", help="the server's data folder: it is restarted with other settings, killed, and copied")
    parser.add_argument("--make", metavar="FILE", help="make the source database, write what it is to FILE, and end: for pg_upgrade")
    parser.add_argument("--compare", metavar="FILE", help="compare the database with FILE, and end")
    parser.add_argument("--only", default="", metavar="REGEX", help="only the steps whose name it matches")
    options = parser.parse_args()
    lines, failed = [], 0
    with tempfile.TemporaryDirectory(prefix="bookmeatoz-survive.") as folder:
        os.chmod(folder, 0o755)
        place = Place(folder, options.data, options.short)
        if options.make or options.compare:
            print(place.write(options.make) if options.make else place.compare(options.compare))
            return 0
        try:
            for group, steps in GROUPS:
                for step in steps(place):
                    if (options.short and not step.short) or not re.search(options.only, f"{group}: {step.name}"):
                        continue
                    wait_for_server()
                    started = time.monotonic()
                    try:
                        figure, good = step.run(), True
                    except Exception as failure:  # so that the other steps run
                        figure, good = "", False
                        print(failure if isinstance(failure, Failure) else traceback.format_exc())
                    failed += not good
                    seconds = time.monotonic() - started
                    print(f"{'ok' if good else 'not ok'} - {group}: {step.name}" + (f", {figure}" if figure else "") + f" ({seconds:.1f} s)", flush=True)
                    lines.append((group, step.name, figure, f"{seconds:.1f}", "ok" if good else "FAILED"))
        finally:
            place.clean_up()
    if not options.short:
        print(f"\n| PostgreSQL {place.version} | scenario | figure | s | |\n|---|---|---|---:|---|")
        for line in lines:
            print("| " + " | ".join(line) + " |")
    return 1 if failed or not lines else 0


if __name__ == "__main__":
    sys.exit(main())
