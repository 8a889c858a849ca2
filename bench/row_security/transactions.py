"""Whole transactions, as an application sends them, by pgbench: the context in every transaction, a query, COMMIT. Called by run.py.
Measured are the CPU time of pgbench's backend, and the wall time that pgbench reports, which a busy machine blurs."""

import os
import re
import statistics
import subprocess
import tempfile
import time
from typing import Dict, List, Tuple

from server import Server, cpu_time
from shapes import BOOKING, Context

ROUNDS = 3
SECONDS = 2


def scripts(context: Context, token: str) -> Dict[str, Tuple[str, List[str]]]:
    """Name: role, statements that set the context."""
    set_local = {name: f"SET LOCAL app.current_{name}_id = '{value}';" for name, value in context.ids.items()}
    admin = "SET LOCAL app.is_system_admin = off;"
    arguments = ", ".join(f"'{context.ids[name]}'" for name in ("tenant", "business", "user"))
    in_one = ", ".join([f"set_config('app.current_{name}_id', '{context.ids[name]}', true)" for name in ("business", "tenant", "user")]
                       + ["set_config('app.is_system_admin', 'off', true)"])
    return {
        "no context, no row security": ("bench_owner", []),
        "4 SET LOCAL, business first": ("bench_app", [set_local["business"], set_local["tenant"], set_local["user"], admin]),
        "4 SET LOCAL, tenant first": ("bench_app", [set_local["tenant"], set_local["business"], set_local["user"], admin]),
        "4 set_config in one SELECT": ("bench_app", [f"SELECT {in_one};"]),
        "set_session_context": ("bench_app", [f"SELECT set_session_context({arguments});"]),
        "signed context": ("bench_app", [f"SET LOCAL app.context = '{token}';"]),
    }


def run(superuser: Server, context: Context, quick: bool) -> None:
    superuser.run("ALTER SYSTEM SET bookmeatoz.context_key = 'a key of the benchmark, long enough for anything'")
    superuser.run("SELECT pg_reload_conf()")
    time.sleep(0.5)
    arguments = ", ".join(f"'{context.ids[name]}'" for name in ("tenant", "business", "user"))
    token = superuser.run(f"SELECT sign_session_context({arguments}, false, '1 day')").rows[0][0]
    ids = context.sample["bookings"]
    queries = {
        "point read": (f"SELECT {BOOKING} FROM bookings b WHERE b.id = '{ids[0]}'", f" AND b.business_id = '{context.ids['business']}'"),
        "latest 50": (f"SELECT {BOOKING} FROM bookings b WHERE true", f" AND b.business_id = '{context.ids['business']}'"),
    }
    cpu: Dict[Tuple[str, str], List[float]] = {}
    wall: Dict[Tuple[str, str], List[float]] = {}
    variants = scripts(context, token)
    for _ in range(2 if quick else ROUNDS):
        for query, (sql, where) in queries.items():
            end = " ORDER BY b.start_time DESC LIMIT 50" if query == "latest 50" else ""
            for name, (role, statements) in variants.items():
                text = "\n".join(["BEGIN;", *statements, sql + ("" if statements else where) + end + ";", "COMMIT;"])
                used, took = pgbench(superuser, role, text)
                cpu.setdefault((query, name), []).append(used)
                wall.setdefault((query, name), []).append(took)
    print("Whole transactions (BEGIN, context, query, COMMIT; median business), microseconds of the backend's CPU time, and of the clock:\n")
    print("| context | " + " | ".join(f"{query}, CPU | ratio | clock | ratio" for query in queries) + " |")
    print("|---|" + "---|" * 4 * len(queries))
    without = next(iter(variants))
    for name in variants:
        cells = []
        for query in queries:
            for times in (cpu, wall):
                ratio = statistics.median(a / b for a, b in zip(times[query, name], times[query, without]))
                cells += [f"{statistics.median(times[query, name]):.0f}", f"{ratio:.2f}"]
        print(f"| {name} | " + " | ".join(cells) + " |")


def pgbench(superuser: Server, role: str, script: str) -> Tuple[float, float]:
    """CPU time of the backend and clock time, microseconds a transaction."""
    with tempfile.NamedTemporaryFile("w", suffix=".sql") as file:
        file.write(script + "\n")
        file.flush()
        application = f"bench-{time.monotonic_ns()}"
        process = subprocess.Popen(
            [os.environ.get("PGBENCH", "pgbench"), "-n", "-M", "prepared", "-c", "1", "-T", str(SECONDS), "-f", file.name, "-U", role],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env={**os.environ, "PGAPPNAME": application})
        pid = None
        while pid is None and process.poll() is None:
            time.sleep(0.3)  # its first connection looks around and goes
            found = superuser.run(f"SELECT pid FROM pg_stat_activity WHERE application_name = '{application}'").rows
            pid = int(found[0][0]) if found else None
        used = 0
        while process.poll() is None and pid is not None:
            try:
                used = cpu_time(pid)
            except (FileNotFoundError, ProcessLookupError):
                pass
            time.sleep(0.01)
        output, errors = process.communicate()
    done = re.search(r"number of transactions actually processed: (\d+)", output)
    latency = re.search(r"latency average = ([\d.]+) ms", output)
    if process.returncode != 0 or done is None or latency is None or used == 0:
        raise RuntimeError(f"pgbench failed: {errors}\n{script}")
    return used / 1000 / int(done[1]), float(latency[1]) * 1000
