"""A connection whose backend's CPU time can be read, with prepared statements of the protocol. Called by run.py.
libpq itself: psycopg2 has no prepared statements, and EXECUTE costs more than some of the queries that are measured."""

import ctypes
import ctypes.util
import os
import time
from typing import List, NamedTuple, Optional, Sequence, Tuple

libpq = ctypes.CDLL(ctypes.util.find_library("pq") or "libpq.so.5")
for name, result, arguments in (
        ("PQconnectdb", ctypes.c_void_p, [ctypes.c_char_p]),
        ("PQstatus", ctypes.c_int, [ctypes.c_void_p]),
        ("PQfinish", None, [ctypes.c_void_p]),
        ("PQbackendPID", ctypes.c_int, [ctypes.c_void_p]),
        ("PQserverVersion", ctypes.c_int, [ctypes.c_void_p]),
        ("PQerrorMessage", ctypes.c_char_p, [ctypes.c_void_p]),
        ("PQexec", ctypes.c_void_p, [ctypes.c_void_p, ctypes.c_char_p]),
        ("PQprepare", ctypes.c_void_p, [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_char_p, ctypes.c_int, ctypes.c_void_p]),
        ("PQexecPrepared", ctypes.c_void_p, [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p,
                                             ctypes.c_void_p, ctypes.c_int]),
        ("PQresultStatus", ctypes.c_int, [ctypes.c_void_p]),
        ("PQntuples", ctypes.c_int, [ctypes.c_void_p]),
        ("PQnfields", ctypes.c_int, [ctypes.c_void_p]),
        ("PQgetvalue", ctypes.c_char_p, [ctypes.c_void_p, ctypes.c_int, ctypes.c_int]),
        ("PQcmdTuples", ctypes.c_char_p, [ctypes.c_void_p]),
        ("PQclear", None, [ctypes.c_void_p]),
        ("PQenterPipelineMode", ctypes.c_int, [ctypes.c_void_p]),
        ("PQexitPipelineMode", ctypes.c_int, [ctypes.c_void_p]),
        ("PQsendQueryPrepared", ctypes.c_int, [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p,
                                               ctypes.c_void_p, ctypes.c_int]),
        ("PQpipelineSync", ctypes.c_int, [ctypes.c_void_p]),
        ("PQgetResult", ctypes.c_void_p, [ctypes.c_void_p])):
    function = getattr(libpq, name)
    function.restype, function.argtypes = result, arguments

COMMAND_OK, TUPLES_OK, PIPELINE_SYNC = 1, 2, 10
# Executions that are sent before the first answer is read; small enough for the buffer of a socket.
PIPELINED = 64


class Answer(NamedTuple):
    rows: List[Tuple[str, ...]]
    affected: int


class Parameters:
    """The values of a statement as libpq wants them, made once."""

    def __init__(self, values: Sequence[object]):
        self.count = len(values)
        self.texts = (ctypes.c_char_p * max(1, self.count))(*[str(value).encode() for value in values])


class Server:
    def __init__(self, dsn: str):
        self.connection = libpq.PQconnectdb(dsn.encode())
        if libpq.PQstatus(self.connection) != 0:
            raise RuntimeError(self.error())
        self.pid = libpq.PQbackendPID(self.connection)
        self.prepared = {}

    def stay_on(self, core: int) -> None:
        """The backend shares its core with those that it is compared with, and so all that happens there."""
        try:
            os.sched_setaffinity(self.pid, {core})
        except PermissionError:
            pass

    def close(self) -> None:
        libpq.PQfinish(self.connection)

    def error(self) -> str:
        return libpq.PQerrorMessage(self.connection).decode()

    def _answer(self, result, statement: str) -> Answer:
        status = libpq.PQresultStatus(result)
        if status not in (COMMAND_OK, TUPLES_OK):
            libpq.PQclear(result)
            raise RuntimeError(f"{self.error()}in: {statement}")
        fields = range(libpq.PQnfields(result))
        rows = [tuple(libpq.PQgetvalue(result, row, field).decode() for field in fields) for row in range(libpq.PQntuples(result))]
        affected = int(libpq.PQcmdTuples(result) or 0)
        libpq.PQclear(result)
        return Answer(rows, affected)

    def run(self, sql: str) -> Answer:
        return self._answer(libpq.PQexec(self.connection, sql.encode()), sql)

    def prepare(self, sql: str) -> bytes:
        if sql not in self.prepared:
            name = b"q%d" % len(self.prepared)
            self._answer(libpq.PQprepare(self.connection, name, sql.encode(), 0, None), sql)
            self.prepared[sql] = name
        return self.prepared[sql]

    def execute(self, sql: str, parameters: Parameters) -> Answer:
        return self._answer(self._execute(self.prepare(sql), parameters), sql)

    def repeat(self, sql: str, parameters: Sequence[Parameters], transaction: Optional[str] = None) -> float:
        """CPU time of the backend for one execution of each, in microseconds. Without `transaction` each is a transaction of its own, sent
        before the one before is answered, so that the backend neither sleeps nor finds its caches full of other programs' data in
        between; otherwise a transaction is opened for each and ended by that command."""
        statement = self.prepare(sql)
        before = self.cpu_time()
        if transaction:
            for values in parameters:
                self.run("BEGIN")
                self._answer(self._execute(statement, values), sql)
                self.run(transaction)
        else:
            libpq.PQenterPipelineMode(self.connection)
            for start in range(0, len(parameters), PIPELINED):
                self._pipeline(statement, parameters[start:start + PIPELINED], sql)
            libpq.PQexitPipelineMode(self.connection)
        return (self.cpu_time() - before) / 1000 / len(parameters)

    def _pipeline(self, statement: bytes, parameters: Sequence[Parameters], sql: str) -> None:
        for values in parameters:
            if not (libpq.PQsendQueryPrepared(self.connection, statement, values.count, values.texts, None, None, 0)
                    and libpq.PQpipelineSync(self.connection)):
                raise RuntimeError(self.error())
        answered = 0
        while answered < len(parameters):
            result = libpq.PQgetResult(self.connection)
            if result is None:  # the end of one statement's results
                continue
            status = libpq.PQresultStatus(result)
            libpq.PQclear(result)
            if status == PIPELINE_SYNC:
                answered += 1
            elif status not in (COMMAND_OK, TUPLES_OK):
                raise RuntimeError(f"{self.error()}in: {sql}")

    def _execute(self, statement: bytes, parameters: Parameters):
        return libpq.PQexecPrepared(self.connection, statement, parameters.count, parameters.texts, None, None, 0)

    def cpu_time(self) -> int:
        """Nanoseconds so far, exact once the backend waits for us again."""
        last = cpu_time(self.pid)
        while True:
            time.sleep(0.0005)
            now = cpu_time(self.pid)
            if now == last:
                return now
            last = now


def cpu_time(pid: int) -> int:
    with open(f"/proc/{pid}/schedstat", encoding="ascii") as statistics:
        return int(statistics.read().split()[0])
