#!/usr/bin/env python3
"""The README promises what its statements print: they are run in its order, by psql in one session, from "Install" to "Settings", and
compared. A block of SQL that is followed by a block of text must print that, command tags, row counts and ids aside; any other must only
raise no error. Connected by PGHOST and PGUSER (a superuser). Called by ./dev check."""

import os
import re
import subprocess
import sys

DATABASE, ROLE = "readme", "booking_app"   # the README's own role
README = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "README.md")
BLOCK = re.compile(r"^```sql\n(?P<sql>.*?)^```\n(?:\n```text\n(?P<printed>.*?)^```\n)?", re.S | re.M)
NOT_SAID = re.compile(r"[A-Z]+( [A-Z]+| \d+)*|\(\d+ rows?\)|")
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
END = "end of block"


def psql(text: str, database: str) -> str:
    return subprocess.run(["psql", "-X", "-d", database], input=text, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=True, text=True,
                          env={**os.environ, "LC_ALL": "C.UTF-8"}).stdout


def said(text: str) -> list:
    lines = (UUID.sub("an id", line.rstrip()) for line in text.splitlines())
    return [line for line in lines if not NOT_SAID.fullmatch(line)]


def main() -> int:
    with open(README, encoding="utf-8") as file:
        whole = file.read()
    begin, end = whole.index("\n## Install\n"), whole.index("\n## Functions\n")
    blocks = [(whole.count("\n", 0, match.start()) + 1, match["sql"], match["printed"]) for match in BLOCK.finditer(whole, begin, end)]
    tidy = f"DROP DATABASE IF EXISTS {DATABASE};\nDROP ROLE IF EXISTS {ROLE};\n"
    psql(tidy + f"CREATE DATABASE {DATABASE};\n", "postgres")
    outputs = psql("".join(f"{sql}\\echo {END}\n" for _, sql, _ in blocks), DATABASE).split(END + "\n")
    psql(tidy, "postgres")

    failed = len(outputs) != len(blocks) + 1
    for (line, _, printed), output in zip(blocks, outputs):
        found, expected = said(output), None if printed is None else said(printed)
        good = found == expected if expected is not None else not any(text.startswith(("ERROR", "FATAL")) for text in found)
        print("ok" if good else "not ok", f"README.md:{line}")
        if not good:
            failed = True
            print("  printed:", *found, "  expected:", *(expected or ["no error"]), sep="\n  ")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
