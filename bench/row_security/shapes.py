"""What is measured: the queries (shapes), in which sessions (contexts), and what a careful developer would write into WHERE without row
security. Called by run.py. :tenant, :business and :user stand for the ids of the context, as parameters."""

import re
from typing import Callable, Dict, Iterator, List, NamedTuple, Optional, Sequence, Tuple

from server import Parameters

PEERS = 32  # how many ids take turns where one is looked up
WEEKS = 16


class Context(NamedTuple):
    name: str
    kind: str                  # business, tenant, admin, user
    ids: Dict[str, str]        # tenant, business, user: what the application sets
    sample: Dict[str, List]    # ids and values that exist in this context
    first: Optional[Dict[str, str]] = None  # ids of another context, in which the plans are made: connections are pooled

    def settings(self, ids: Optional[Dict[str, str]] = None) -> List[str]:
        values = [f"SET app.current_{name}_id = '{value}'" for name, value in (ids or self.ids).items()]
        return values + (["SET app.is_system_admin = on"] if self.kind == "admin" else [])


class Query(NamedTuple):
    """One statement with the parameters of each of its executions, which take turns."""
    sql: str
    parameters: List[Parameters]


class Shape(NamedTuple):
    name: str
    ours: Query
    by_hand: List[Query]       # several ways to write it: the fastest counts
    writes: bool = False
    transaction: Optional[str] = None   # how each execution ends its transaction


# What WHERE says of a row of each kind, by kind of context. The tenant's businesses are looked up: it is the tenant's id that the
# application knows, as under row security.
BUSINESSES = "SELECT o.id FROM businesses o WHERE o.tenant_id = :tenant"
CUSTOMERS = "SELECT o.id FROM customers o WHERE o.user_id = :user"
OF_BUSINESS = {
    "business": ["{0}.business_id = :business"],
    "tenant": [f"{{0}}.business_id IN ({BUSINESSES})", f"{{0}}.business_id = ANY (ARRAY({BUSINESSES}))"],
    "admin": ["true"],
}
BOOKINGS = {**OF_BUSINESS, "user": [f"{{0}}.customer_id IN ({CUSTOMERS})", f"{{0}}.customer_id = ANY (ARRAY({CUSTOMERS}))"]}
PERSONS = {**OF_BUSINESS, "user": ["{0}.user_id = :user"]}
NOTIFICATIONS = {
    "business": ["{0}.user_id = :user AND ({0}.business_id = :business OR {0}.business_id IS NULL)"],
    "tenant": [f"{{0}}.user_id = :user AND ({{0}}.business_id IN ({BUSINESSES}) OR {{0}}.business_id IS NULL)"],
    "admin": ["true"],
    "user": ["{0}.user_id = :user"],
}
# A join: the first table alone, or every table.
JOINED = {
    kind: [first for first in firsts] + [f"{first} AND {OF_BUSINESS[kind][0].format('c')} AND {OF_BUSINESS[kind][0].format('s')}"
                                         for first in firsts if kind in ("business", "tenant")]
    for kind, firsts in OF_BUSINESS.items()
}

BOOKING = "b.id, b.business_id, b.customer_id, b.service_id, b.employee_id, b.start_time, b.end_time, b.status, b.notes, b.metadata"
CUSTOMER = "c.id, c.business_id, c.name, c.email, c.phone, c.status"


def shapes(context: Context, numbers: Iterator[int]) -> Iterator[Shape]:
    """numbers: for inserts, a number that was never used."""
    kind, sample = context.kind, context.sample
    weeks = list(dict.fromkeys((first, last) for first, last, _ in sample["weeks of a business"]))[:WEEKS]

    def shape(name: str, sql: str, where: Dict[str, Sequence[str]], alias: str, values: Sequence[Tuple],
              variants: Sequence[str] = ()) -> Shape:
        """sql has {where} at the end of its WHERE; variants: other ways to write the whole, for the hand-written side alone."""
        hand = [Query(*numbered(text.format(where=" AND " + condition.format(alias)), values, context.ids))
                for text in (sql, *variants) for condition in where[kind]]
        return Shape(name, Query(*numbered(sql.format(where=""), values, context.ids)), hand, writes=sql.startswith("UPDATE"))

    ids = [(value,) for value in sample["bookings"]]
    yield shape("point read by id", f"SELECT {BOOKING} FROM bookings b WHERE b.id = $1{{where}}", BOOKINGS, "b", ids)

    week = f"SELECT {BOOKING} FROM bookings b WHERE b.start_time >= $1::timestamptz AND b.start_time < $2::timestamptz{{where}} ORDER BY b.start_time"
    if kind in ("tenant", "admin"):
        of_one = week.replace("{where}", " AND b.business_id = $3{where}")
        yield shape("week of a business", of_one, BOOKINGS, "b", sample["weeks of a business"])
    if kind == "business":
        yield shape("week of a business", week, BOOKINGS, "b", weeks)
    elif kind != "admin":
        yield shape("week of all that is seen", week, BOOKINGS, "b", weeks)

    if kind != "user":
        day = (f"SELECT {BOOKING} FROM bookings b WHERE b.employee_id = $1 AND b.start_time >= $2::timestamptz"
               " AND b.start_time < $2::timestamptz + interval '1 day'{where} ORDER BY b.start_time")
        yield shape("day of an employee", day, BOOKINGS, "b", sample["employee days"])

    if kind != "user":
        yield from dashboard(shape, sample)
    yield shape("latest 50", f"SELECT {BOOKING} FROM bookings b WHERE true{{where}} ORDER BY b.start_time DESC LIMIT 50", BOOKINGS, "b", [()])
    yield shape("count", "SELECT count(*) FROM bookings b WHERE true{where}", BOOKINGS, "b", [()])

    if kind == "user":
        join = ("SELECT b.id, b.start_time, b.status, c.name, u.email FROM bookings b JOIN customers c ON c.id = b.customer_id"
                " JOIN users u ON u.id = c.user_id WHERE b.start_time >= $1::timestamptz{where} ORDER BY b.start_time")
        own = {"user": ["c.user_id = :user", "u.id = :user", "c.user_id = :user AND u.id = :user"]}
        yield shape("three-way join", join, own, "", [("2025-03-01",)])
    else:
        join = ("SELECT b.id, b.start_time, b.status, c.name, s.name FROM bookings b JOIN customers c ON c.id = b.customer_id"
                " JOIN services s ON s.id = b.service_id"
                " WHERE b.start_time >= $1::timestamptz AND b.start_time < $2::timestamptz{where} ORDER BY b.start_time")
        yield shape("three-way join", join, JOINED, "b", weeks)

    yield shape("e-mail of a customer", f"SELECT {CUSTOMER} FROM customers c WHERE c.email = $1{{where}}", PERSONS, "c",
                [(email,) for email in sample["emails"]])
    search = f"SELECT {CUSTOMER} FROM customers c WHERE {{condition}}{{where}} ORDER BY c.name LIMIT 50"
    yield shape("name search", search.replace("{condition}", "search_text(c.name, $1)"), PERSONS, "c",
                [(needle,) for needle in sample["parts of names"]],
                [search.replace("{condition}", "c.name ILIKE '%' || $1 || '%'")])
    yield shape("metadata key", f"SELECT {BOOKING} FROM bookings b WHERE json_text(b.metadata, 'payment_intent_id') = $1{{where}}", BOOKINGS, "b",
                [(value,) for value in sample["payments"]])
    yield shape("notifications, latest 50", "SELECT n.id, n.business_id, n.type, n.title, n.created_at, n.read_at FROM notifications n"
                " WHERE true{where} ORDER BY n.created_at DESC LIMIT 50", NOTIFICATIONS, "n", [()])

    if kind == "user":
        yield shape("update by id", "UPDATE notifications n SET read_at = now() WHERE n.id = $1{where}", NOTIFICATIONS, "n",
                    [(value,) for value in sample["notifications"]])
        return
    yield shape("update by id", "UPDATE bookings b SET notes = 'seen at ' || now() WHERE b.id = $1{where}", BOOKINGS, "b", ids)

    booking = sample["whole booking"][0]
    insert = ("INSERT INTO bookings (business_id, customer_id, service_id, employee_id, start_time, status, metadata)"
              " SELECT $1::uuid, $2::uuid, $3::uuid, $4::uuid, timestamptz '2030-01-01' + ($5::int * 1000 + n) * interval '45 minutes', 'confirmed',"
              " '{\"source\": \"web\"}' FROM generate_series(1, 1000) n")
    query = Query(insert, FreshNumbers(booking, numbers))
    yield Shape("insert of 1,000 bookings", query, [query], writes=True, transaction="ROLLBACK")
    insert = ("INSERT INTO customers (business_id, name, email)"
              " SELECT $1::uuid, 'New customer ' || n, format('new-%s-%s@example.com', $2::int, n) FROM generate_series(1, 1000) n")
    query = Query(insert, FreshNumbers(booking[:1], numbers))
    yield Shape("insert of 1,000 customers", query, [query], writes=True, transaction="ROLLBACK")


def dashboard(shape: Callable[..., Shape], sample: Dict[str, List]) -> Iterator[Shape]:
    """The first page of a business: what waits for an answer, who comes today, what is new, how the month goes, who the customer is."""
    yield shape("requests", f"SELECT {BOOKING} FROM bookings b WHERE b.status = 'pending'{{where}} ORDER BY b.start_time LIMIT 50", BOOKINGS, "b", [()])
    days = [(day,) for _, day in sample["employee days"]]
    occupied = "b.status NOT IN ('cancelled', 'rejected', 'no_show')"
    of_day = f"b.start_time >= $1::timestamptz AND b.start_time < $1::timestamptz + interval '1 day' AND {occupied}"
    yield shape("today", f"SELECT {BOOKING} FROM bookings b WHERE {of_day}{{where}} ORDER BY b.start_time", BOOKINGS, "b", days)
    yield shape("today, with names", "SELECT b.id, b.start_time, b.end_time, b.status, c.name, c.phone, s.name FROM bookings b LEFT JOIN customers c ON c.id = b.customer_id"
                f" JOIN services s ON s.id = b.service_id WHERE {of_day}{{where}} ORDER BY b.start_time", JOINED, "b", days)
    yield shape("newest 20", f"SELECT {BOOKING} FROM bookings b WHERE true{{where}} ORDER BY b.created_at DESC LIMIT 20", BOOKINGS, "b", [()])
    month = "b.start_time >= $1::timestamptz AND b.start_time < $1::timestamptz + interval '1 month'"
    yield shape("month by state", f"SELECT b.status, count(*) FROM bookings b WHERE {month}{{where}} GROUP BY b.status", BOOKINGS, "b", days)
    yield shape("occupied of a month", f"SELECT count(*) FROM bookings b WHERE {month} AND {occupied}{{where}}", BOOKINGS, "b", days)
    yield shape("of a customer", f"SELECT {BOOKING} FROM bookings b WHERE b.customer_id = $1{{where}} ORDER BY b.start_time DESC LIMIT 20", BOOKINGS, "b",
                [(customer,) for customer in sample["customers"]])


def numbered(sql: str, values: Sequence[Tuple], ids: Dict[str, str]) -> Tuple[str, List[Parameters]]:
    """:tenant and the like become parameters behind those of the query itself."""
    names = sorted(set(re.findall(r"(?<!:):(tenant|business|user)\b", sql)))
    count = len(values[0])
    for place, name in enumerate(names):
        sql = re.sub(rf"(?<!:):{name}\b", f"${count + place + 1}::uuid", sql)
    return sql, [Parameters((*value, *(ids[name] for name in names))) for value in values]


class FreshNumbers:
    """Parameters of inserts, of which none comes twice: rows that were rolled back still lie in the indexes."""

    def __init__(self, values: Tuple, numbers: Iterator[int]):
        self.values, self.numbers = values, numbers

    def __getitem__(self, _) -> Parameters:
        return Parameters((*self.values, next(self.numbers)))

    def __len__(self) -> int:
        return 1


def contexts(server) -> List[Context]:
    """What the application sets, found in the data. server: who sees everything."""
    def first(sql: str) -> str:
        return server.run(sql).rows[0][0]

    sizes = ("(SELECT business_id, count(*) AS size, row_number() OVER (ORDER BY count(*), business_id) AS place, count(*) OVER () AS businesses"
             " FROM bookings GROUP BY business_id) s")
    large = first(f"SELECT business_id FROM {sizes} ORDER BY size DESC LIMIT 1")
    median = first(f"SELECT business_id FROM {sizes} WHERE place = businesses / 2")
    people = first("SELECT user_id FROM (SELECT user_id, count(DISTINCT c.id) AS records, count(b.id) AS bookings FROM customers c"
                   " JOIN bookings b ON b.customer_id = c.id WHERE user_id IS NOT NULL GROUP BY user_id) s ORDER BY records = 3 DESC, bookings DESC, user_id LIMIT 1")
    made = []
    for name, business in (("business, large", large), ("business, median", median)):
        ids = dict(tenant=first(f"SELECT tenant_id FROM businesses WHERE id = '{business}'"), business=business,
                   user=first(f"SELECT user_id FROM employees WHERE business_id = '{business}' ORDER BY id LIMIT 1"))
        made.append(Context(name, "business", ids, sample(server, f"business_id = '{business}'")))
    of_large, of_median = made
    made += [of_large._replace(name="large, planned in median", first=of_median.ids),
             of_median._replace(name="median, planned in large", first=of_large.ids)]
    for name, subdomain in (("tenant of 2", "tenant-2"), ("tenant of 300", "tenant-1")):
        tenant = first(f"SELECT id FROM tenants WHERE subdomain = '{subdomain}'")
        ids = dict(tenant=tenant, user=first(f"SELECT user_id FROM tenant_admins WHERE tenant_id = '{tenant}'"))
        made.append(Context(name, "tenant", ids, sample(server, f"business_id IN (SELECT id FROM businesses WHERE tenant_id = '{tenant}')")))
    made.append(Context("admin", "admin", {}, sample(server, "true")))
    made.append(Context("user", "user", dict(user=people), sample(server, f"customer_id IN (SELECT id FROM customers WHERE user_id = '{people}')",
                                                                 f"user_id = '{people}'", f"user_id = '{people}'")))
    return made


def sample(server, of_bookings: str, of_customers: Optional[str] = None, of_notifications: str = "false") -> Dict[str, List]:
    def values(column: str, table: str, where: str) -> List[str]:
        rows = server.run(f"SELECT v FROM (SELECT DISTINCT {column} AS v FROM {table} WHERE {where}) all_values ORDER BY md5(v::text) LIMIT {PEERS}").rows
        return [row[0] for row in rows]

    return {
        "bookings": values("id", "bookings", of_bookings),
        "customers": values("customer_id", "bookings", of_bookings),
        "payments": values("json_text(metadata, 'payment_intent_id')", "bookings", of_bookings),
        "weeks of a business": server.run("SELECT date_trunc('week', start_time)::date, date_trunc('week', start_time)::date + 7, business_id"
                                          f" FROM bookings WHERE {of_bookings} ORDER BY md5(id::text) LIMIT {PEERS}").rows,
        "employee days": server.run("SELECT employee_id, start_time::date FROM bookings"
                                    f" WHERE {of_bookings} ORDER BY md5(id::text) LIMIT {PEERS}").rows,
        "emails": values("email", "customers", of_customers or of_bookings),
        "parts of names": values("lower(substr(split_part(name, ' ', 2), 1, 5))", "customers", of_customers or of_bookings),
        "notifications": values("id", "notifications", of_notifications),
        "whole booking": server.run("SELECT business_id, customer_id, service_id, employee_id FROM bookings"
                                    f" WHERE {of_bookings} ORDER BY id LIMIT 1").rows,
    }
