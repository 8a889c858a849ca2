"""The platform that the proof of row security looks at: who exists, which rows there are, and the roles that look at them.
Tenants of 1, 2, 30 and 0 businesses; every row has the id of its name, so that failures name rows. Written to a database of its own.
Usage: world.py creates it anew (connection by PGHOST, PGUSER a superuser). Used by rights.py, mutate.py and the attacks.
Knows columns and keys, nothing of policies: what a session may see of it is said by oracle.py alone."""

import datetime
import itertools
import os
import uuid
from dataclasses import dataclass
from typing import Dict, List, Optional

import psycopg2

DATABASE = os.environ.get("PROOF_DATABASE", "row_security_proof")
SCHEMA = "booking"

OWNER = "proof_owner"          # owns the data, is no superuser
APP = "proof_app"              # what bookmeatoz_grant_app_role makes
OPERATOR = "proof_operator"    # the same, and may be system administrator
CARELESS = "proof_careless"    # was granted every table by hand: only the policies are left to stop it
ADMINISTRATOR = "proof_administrator"  # as careless, and may be system administrator
AUTH = "proof_auth"            # what bookmeatoz_grant_auth_role makes, and was granted every table by hand
ROLES = (OWNER, APP, OPERATOR, CARELESS, ADMINISTRATOR, AUTH)

SOLO, DUO, GRAND, EMPTY = "solo", "duo", "grand", "empty"
BUSINESSES: Dict[str, List[str]] = {
    SOLO: ["solo-1"],
    DUO: ["duo-1", "duo-2"],
    GRAND: [f"grand-{number:02}" for number in range(1, 31)],
    EMPTY: [],
}
TENANT_OF = {business: tenant for tenant, businesses in BUSINESSES.items() for business in businesses}
UNKNOWN = "unknown"            # the name of a tenant, business or user that does not exist

# People besides the employee and the manager of each business.
PORTAL = "portal"              # a customer of three tenants, employed nowhere
BOTH = "both"                  # works at solo-1 and at duo-1
FORMER = "former"              # had roles at duo-1 and solo-1 that were revoked
CHIEF = "chief"                # administers duo
NOBODY = "nobody"              # has an account and nothing else
NEWCOMER = "newcomer"          # as nobody; the rows that are inserted are about this one
INVITED = "invited"            # was offered work and roles at duo-1 and grand-01 and has not answered
PEOPLE = (PORTAL, BOTH, FORMER, CHIEF, NOBODY, NEWCOMER, INVITED)

SUSPENDED = "grand-30"         # the business that the platform has suspended


def identity(name: str) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_OID, name))


@dataclass
class Row:
    """A row and whose it is. The owners are names."""
    table: str
    name: str
    columns: Dict[str, object]
    tenant: Optional[str] = None
    business: Optional[str] = None
    user: Optional[str] = None
    public: bool = False       # a plan on offer
    referenced: bool = False   # something refers to it that must not be left alone: deleting it is refused

    @property
    def key(self) -> str:
        return str(self.columns["id"])

    @property
    def pending(self) -> bool:
        """An employment or a role that its user has not accepted yet."""
        return self.columns.get(STATUS_OF_CONSENT.get(self.table)) in ("pending_onboarding", "pending")


STATUS_OF_CONSENT = {"employees": "employment_status", "user_business_roles": "status"}

hours_given = iter(range(10 ** 6))


def at(hours: int) -> str:
    day, hour = divmod(hours, 24)
    year, day = 2030 + day // 300, day % 300
    return f"{year}-{1 + day // 28:02}-{1 + day % 28:02} {hour:02}:00:00+00:00"


def business_row(table: str, business: str, name: str, user: Optional[str] = None) -> Row:
    """A row of a table below businesses, complete, so that no trigger has anything to look up."""
    columns: Dict[str, object] = {"id": identity(f"{table} {name}"), "business_id": identity(business)}
    employee, service = identity(f"employees {business} employee"), identity(f"services {business} service")
    if table == "employees":
        columns.update(user_id=identity(user))
    elif table == "user_business_roles":
        columns.update(user_id=identity(user), role=name)
    elif table == "service_categories":
        columns.update(name=name)
    elif table == "services":
        columns.update(name=name, duration=30, currency="USD")
    elif table == "employee_services":
        columns.update(employee_id=employee, service_id=service if name == f"{business} {table}" else identity(f"services {business} unused"))
    elif table == "working_hours":
        columns.update(employee_id=employee, day_of_week=1, start_time="09:00", end_time="17:00")
    elif table in ("employee_availability_overrides", "business_availability_overrides"):
        start = next(hours_given)
        columns.update(start_time=at(start), end_time=at(start + 1))
        if table == "employee_availability_overrides":
            columns.update(employee_id=employee)
    elif table == "customers":
        columns.update(user_id=user and identity(user), name=name)
    elif table == "bookings":
        start = next(hours_given) * 2
        columns.update(customer_id=identity(f"customers {business} customer"), service_id=service, employee_id=employee,
                       start_time=at(start), end_time=at(start + 1), buffer_before_minutes=0, buffer_after_minutes=0, status="confirmed")
    elif table == "notifications":
        columns.update(user_id=identity(user), type="test", title=name)
    else:
        raise KeyError(f"no way to make a row of table {table}")
    return Row(table, name, columns, TENANT_OF.get(business), business, user)


def platform_row(table: str, name: str, tenant: Optional[str] = None, user: Optional[str] = None) -> Row:
    """A row of a table that is not below businesses."""
    columns: Dict[str, object] = {"id": identity(name if table in ("tenants", "businesses", "users") else f"{table} {name}")}
    if table == "tenants":
        columns.update(name=name, subdomain=name)
        tenant = name
    elif table == "businesses":
        columns.update(tenant_id=identity(tenant), name=name, slug=name)
        return Row(table, name, columns, tenant, name)
    elif table == "users":
        columns.update(email=f"{name}@example.org", password_hash="hash")
        user = name
    elif table == "tenant_admins":
        columns.update(tenant_id=identity(tenant), user_id=identity(user))
    elif table == "subscription_plans":
        columns.update(id=name, name=name)
    elif table == "tenant_subscriptions":
        columns.update(tenant_id=identity(tenant), plan_id="basic")
    elif table in ("token_blacklist", "password_resets", "email_verifications"):
        columns.update(user_id=identity(user), token_hash=name, expires_at="2200-01-01 00:00+00")
    elif table == "schema_ledger":
        columns.update(step=1, version="1.0.0")
    elif table == "notifications":
        columns.update(business_id=None, user_id=identity(user), type="test", title=name)
    else:
        raise KeyError(f"no way to make a row of table {table}")
    return Row(table, name, columns, tenant, None, user)


def months_with_partition() -> List[str]:
    """A time in each partition of audit_logs and bookings_archive: this and the next three months, and the default partition."""
    month = datetime.datetime.now(datetime.timezone.utc).date().replace(day=1)
    times = ["2000-01-01 00:00+00"]
    for _ in range(4):
        times.append(f"{month} 00:00+00")
        month = (month + datetime.timedelta(days=32)).replace(day=1)
    return times


times_of_entries = itertools.cycle(months_with_partition())
times_of_archive = itertools.cycle(months_with_partition())


def audit_row(table: str, name: str, tenant: str, business: Optional[str] = None) -> Row:
    """An entry of the audit log. table: audit_logs or a partition."""
    columns = {"id": identity(f"audit_logs {name}"), "tenant_id": identity(tenant), "business_id": business and identity(business), "actor_role": "test",
               "action": "insert", "entity_type": "test", "entity_id": identity(name), "created_at": next(times_of_entries)}
    return Row(table, name, columns, tenant, business)


def archived_row(table: str, business: str, name: str, customer: Optional[str] = None, user: Optional[str] = None) -> Row:
    """An archived booking. table: bookings_archive or a partition; customer: the name of the customer's row."""
    booking = business_row("bookings", business, name)
    columns = {"buffer_before_minutes": 0, "buffer_after_minutes": 0, "busy": "empty", "session_key": booking.columns["id"], "seat": 1, "metadata": "{}",
               "reminder_sent_24h": False, "reminder_sent_1h": False, "overbooked": False, "created_at": "2000-01-01 00:00+00", "updated_at": "2000-01-01 00:00+00",
               **booking.columns, "id": identity(f"bookings_archive {name}"), "start_time": next(times_of_archive)}
    columns["end_time"] = columns["start_time"]
    if customer:
        columns["customer_id"] = identity(f"customers {customer}")
    return Row(table, name, columns, booking.tenant, business, user)


class World:
    """All rows, and the few relations between people and businesses that the contract speaks of."""

    def __init__(self):
        self.rows: Dict[str, List[Row]] = {}
        self.staff: Dict[str, set] = {}         # business -> users with an employment or a role there that they have accepted
        self.plans: Dict[str, str] = {}         # tenant -> the plan of its subscription
        self.active_roles: Dict[str, set] = {}  # user -> businesses with an active role
        self.fill()

    def add(self, row: Row, **parts) -> Row:
        for name, value in parts.items():
            setattr(row, name, value)
        self.rows.setdefault(row.table, []).append(row)
        return row

    def fill(self):
        for tenant in BUSINESSES:
            self.add(platform_row("tenants", tenant))
        for person in PEOPLE:
            self.add(platform_row("users", person))
        for business, tenant in TENANT_OF.items():
            self.add(platform_row("businesses", business, tenant)).columns["status"] = "suspended" if business == SUSPENDED else "active"
            self.fill_business(business)

        for business in ("solo-1", "duo-1"):
            self.employ(business, BOTH, "both")
            self.give_role(business, FORMER, "former", "revoked")
        for business in ("solo-1", "duo-1", "grand-01"):
            self.add(business_row("customers", business, f"{business} portal", PORTAL), referenced=True)
            booking = self.add(business_row("bookings", business, f"{business} portal"), user=PORTAL)
            booking.columns["customer_id"] = identity(f"customers {business} portal")
            self.add(business_row("notifications", business, f"{business} portal", PORTAL))
        for user in (PORTAL, BOTH, NOBODY, "duo-1-employee"):
            self.add(platform_row("notifications", f"platform to {user}", user=user))
        for user in (PORTAL, BOTH, "duo-1-employee"):
            for table in ("token_blacklist", "password_resets", "email_verifications"):
                self.add(platform_row(table, f"{table} of {user}", user=user))

        for business in ("duo-1", "grand-01"):
            self.employ(business, INVITED, "invited", "pending_onboarding")
            self.give_role(business, INVITED, "invited", "pending")
        # One whom the business sees by another row, and one whom its tenant sees by another business.
        self.give_role("duo-1", BOTH, "both", "pending")
        self.employ("duo-1", "duo-2-employee", "colleague", "pending_onboarding")

        for tenant, user in ((DUO, CHIEF), (SOLO, BOTH), (GRAND, BOTH)):
            self.add(platform_row("tenant_admins", f"{user} of {tenant}", tenant, user))
        self.add(platform_row("subscription_plans", "basic"), public=True, referenced=True)
        self.add(platform_row("subscription_plans", "premium"), public=True)
        self.add(platform_row("subscription_plans", "withdrawn")).columns["is_active"] = False
        self.add(platform_row("subscription_plans", "kept"), referenced=True).columns["is_active"] = False
        for tenant in (SOLO, DUO, GRAND):
            self.plans[tenant] = "kept" if tenant == DUO else "basic"
            self.add(platform_row("tenant_subscriptions", tenant, tenant)).columns["plan_id"] = self.plans[tenant]
        self.add(platform_row("schema_ledger", "first"))
        # Enough that each partition has some.
        for number in range(5):
            for tenant in (SOLO, DUO):
                self.add(audit_row("audit_logs", f"entry {number} of {tenant}", tenant))
            for business in ("solo-1", "duo-1", "duo-2", "grand-07"):
                self.add(audit_row("audit_logs", f"entry {number} of {business}", TENANT_OF[business], business))
                self.add(archived_row("bookings_archive", business, f"archived {number} of {business}"))
            for business in ("solo-1", "duo-1", "grand-01"):
                self.add(archived_row("bookings_archive", business, f"archived {number} of {business} portal", f"{business} portal", PORTAL))

    def fill_business(self, business: str):
        employee, manager = f"{business}-employee", f"{business}-manager"
        self.add(platform_row("users", employee))
        self.add(platform_row("users", manager))
        self.employ(business, employee, "employee")
        self.give_role(business, manager, "manager", "active")
        self.add(business_row("service_categories", business, f"{business} category"))
        self.add(business_row("services", business, f"{business} service"), referenced=True)
        self.add(business_row("services", business, f"{business} unused"))
        for table in ("employee_services", "working_hours", "employee_availability_overrides", "business_availability_overrides"):
            self.add(business_row(table, business, f"{business} {table}"))
        self.add(business_row("working_hours", business, f"{business} default")).columns["employee_id"] = None
        self.add(business_row("customers", business, f"{business} customer"), referenced=True)
        self.add(business_row("customers", business, f"{business} unused"))
        self.add(business_row("bookings", business, f"{business} booking"))
        hold = self.add(business_row("bookings", business, f"{business} hold"))
        hold.columns.update(customer_id=None, status="pending", hold_expires_at="2100-01-01 00:00+00")
        self.add(business_row("notifications", business, f"{business} staff", employee))

    def employ(self, business: str, user: str, name: str, status: str = "active"):
        self.accept(self.add(business_row("employees", business, f"{business} {name}", user)), status)

    def give_role(self, business: str, user: str, name: str, status: str):
        self.accept(self.add(business_row("user_business_roles", business, f"{business} {name}", user)), status)
        if status == "active":
            self.active_roles.setdefault(user, set()).add(business)

    def accept(self, row: Row, status: str):
        row.columns[STATUS_OF_CONSENT[row.table]] = status
        if not row.pending:
            self.staff.setdefault(row.business, set()).add(row.user)

    def statements(self, cursor):
        order = ("tenants", "users", "businesses", "employees", "user_business_roles", "service_categories", "services",
                 "employee_services", "working_hours", "employee_availability_overrides", "business_availability_overrides", "customers", "bookings", "notifications",
                 "subscription_plans", "tenant_subscriptions", "tenant_admins", "token_blacklist", "password_resets",
                 "email_verifications", "bookings_archive", "schema_ledger", "audit_logs")
        for table in sorted(self.rows, key=order.index):
            if table == "bookings_archive":
                yield "SET session_replication_role = replica"
            if table in ("audit_logs", "schema_ledger"):
                # What the triggers and the installation have written gives way to the entries of this world.
                yield f"DELETE FROM {SCHEMA}.{table}"
            for row in self.rows[table]:
                yield insert_statement(cursor, row)


def insert_statement(cursor, row: Row) -> str:
    names, values = ", ".join(row.columns), tuple(row.columns.values())
    return cursor.mogrify(f"INSERT INTO {SCHEMA}.{row.table} ({names}) VALUES %s", (values,)).decode()


# What becomes of a statement: the number of its rows, or the SQLSTATE of its error. It is undone either way.
ATTEMPT = """
CREATE FUNCTION public.attempt(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    number bigint;
BEGIN
    EXECUTE statement;
    GET DIAGNOSTICS number = ROW_COUNT;
    RAISE EXCEPTION USING ERRCODE = 'UNDO1', MESSAGE = number::text;
EXCEPTION
    WHEN SQLSTATE 'UNDO1' THEN RETURN SQLERRM;
    WHEN OTHERS THEN RETURN SQLSTATE;
END $$"""


def connect(database: str = DATABASE, **parameters):
    return psycopg2.connect(dbname=database, **parameters)


def has_function(cursor, name: str) -> bool:
    cursor.execute("SELECT EXISTS (SELECT FROM pg_proc WHERE proname = %s AND pronamespace = %s::regnamespace)", (name, SCHEMA))
    return cursor.fetchone()[0]


def create(world: World, database: str = DATABASE):
    """The database anew, with all rows, roles and the driver's function."""
    drop(database)
    with_no_transaction = connect("postgres")
    with_no_transaction.autocommit = True
    with_no_transaction.cursor().execute(f'CREATE DATABASE "{database}"')
    with_no_transaction.close()

    connection = connect(database)
    cursor = connection.cursor()
    cursor.execute(f"ALTER DATABASE \"{database}\" SET search_path = {SCHEMA}, public")
    cursor.execute(f"SET search_path = {SCHEMA}, public; SET client_min_messages = warning; CREATE SCHEMA {SCHEMA}")
    cursor.execute(f"CREATE EXTENSION bookmeatoz SCHEMA {SCHEMA} CASCADE")
    for role in ROLES:
        cursor.execute(f"DO $$ BEGIN CREATE ROLE {role} LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$")
    cursor.execute("SELECT bookmeatoz_set_owner(%s)", (OWNER,))
    for role in (APP, OPERATOR):
        cursor.execute("SELECT bookmeatoz_grant_app_role(%s)", (role,))
    if has_function(cursor, "bookmeatoz_grant_auth_role"):
        cursor.execute("SELECT bookmeatoz_grant_auth_role(%s)", (AUTH,))
    # CREATE EXTENSION has revoked it, and the grant functions insist. Attacks by temporary objects are tried as if they had not.
    cursor.execute(f'GRANT TEMPORARY ON DATABASE "{database}" TO PUBLIC')
    every = ", ".join((CARELESS, ADMINISTRATOR, AUTH))
    cursor.execute(f"GRANT USAGE ON SCHEMA {SCHEMA} TO {every}")
    cursor.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {SCHEMA} TO {every}")
    cursor.execute(f"GRANT SET ON PARAMETER app.is_system_admin TO {OPERATOR}, {ADMINISTRATOR}, {OWNER}")
    cursor.execute(ATTEMPT)
    cursor.execute(";\n".join(world.statements(cursor)) + "; RESET session_replication_role")
    cursor.execute("SELECT refresh_business_stats()")
    connection.commit()
    connection.autocommit = True
    cursor.execute("VACUUM ANALYZE")
    connection.close()


def drop(database: str = DATABASE):
    """The database and the roles; roles that others use stay."""
    connection = connect("postgres")
    connection.autocommit = True
    cursor = connection.cursor()
    cursor.execute(f'DROP DATABASE IF EXISTS "{database}" WITH (FORCE)')
    for role in ROLES:
        cursor.execute("SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = %s)", (role,))
        if cursor.fetchone()[0]:
            cursor.execute(f"DROP OWNED BY {role}")
            try:
                cursor.execute(f"DROP ROLE {role}")
            except psycopg2.Error:
                pass
    connection.close()


if __name__ == "__main__":
    create(World())
