"""Who may do what with which row: the policy table of the contract, written down once more, by someone who knows only whose each row is.
Independent of the extension: nothing here asks the server. Used by rights.py."""

from dataclasses import dataclass, replace
from typing import Dict, List, Optional, Tuple

from world import ADMINISTRATOR, APP, AUTH, CARELESS, OPERATOR, OWNER, STATUS_OF_CONSENT, SUSPENDED, TENANT_OF, Row, World

# A: only admins, who may everything everywhere, but for what nobody may: -. B, T, U: in the context of a business, a tenant, a user: the rows of that business, that
# tenant, that user; B:tenant the rows of the business's tenant. What else a word means is said by the function of that name below.
COMMANDS = ("SELECT", "INSERT", "UPDATE", "DELETE")
POLICY_TABLE = """
tenants                         | T B:tenant                | A    | T         | A
businesses                      | T B U:role                | T    | B T       | T
users                           | self B:staff T:staff auth | A    | self auth | A
employees                       | B T U                     | B T  | B T U:pending | B T U:pending
user_business_roles             | B T U                     | B T  | B T U:pending | B T U:pending
customers                       | B T U                     | B T  | B T       | B T
service_categories              | B T                       | B T  | B T       | B T
services                        | B T                       | B T  | B T       | B T
employee_services               | B T                       | B T  | B T       | B T
working_hours                   | B T                       | B T  | B T       | B T
employee_availability_overrides | B T                       | B T  | B T       | B T
business_availability_overrides | B T                       | B T  | B T       | B T
bookings                        | B T U                     | B T  | B T       | B T
subscription_plans              | public T:plan B:plan      | A    | A         | A
tenant_subscriptions            | T B:tenant                | A    | A         | A
token_blacklist                 | auth                      | auth | auth      | auth
password_resets                 | auth                      | auth | auth      | auth
email_verifications             | auth                      | auth | auth      | auth
notifications                   | addressed                 | B T  | addressed | addressed
tenant_admins                   | T U                       | T    | T         | T
audit_logs                      | B T                       | -    | -         | -
bookings_archive                | B T U                     | -    | -         | -
schema_ledger                   | -                         | -    | -         | -
"""

# Columns that not everybody who may change the row may change too, or not to every value, with such values.
# Those of logging in are an auth role's too.
LOGIN_COLUMNS = ("status", "email_verified", "password_hash")
PROTECTED_COLUMNS: Dict[str, Tuple[Tuple[str, str], ...]] = {
    "tenants": (("status", "'suspended'"), ("subdomain", "'elsewhere'")),
    "businesses": (("status", "'suspended'"), ("status", "'inactive'"), ("status", "'active'"), ("status", "'pending_setup'")),
    "users": (("status", "'suspended'"), ("system_role", "'root'"), ("email_verified", "true"), ("password_hash", "'other'")),
    "employees": (("employment_status", "'active'"), ("employment_status", "'inactive'"), ("employment_status", "'terminated'"),
                  ("employment_status", "'pending_onboarding'"), ("settings", "'{\"a\": 1}'"), ("created_at", "'2020-01-01 00:00+00'")),
    "user_business_roles": (("status", "'active'"), ("status", "'revoked'"), ("status", "'pending'"), ("role", "'owner'"),
                            ("created_at", "'2020-01-01 00:00+00'")),
    "notifications": (("type", "'other'"), ("channel", "'sms'"), ("title", "'other'"), ("body", "'other'"), ("data", "'{\"a\": 1}'"),
                      ("status", "'sent'"), ("scheduled_for", "'2031-01-01 00:00+00'"), ("sent_at", "'2031-01-01 00:00+00'"),
                      ("created_at", "'2020-01-01 00:00+00'"), ("attempts", "7")),
}

# Nobody writes them.
HISTORY_TABLES = ("audit_logs", "bookings_archive")
# Of these the application has no privilege at all.
TOKEN_TABLES = ("token_blacklist", "password_resets", "email_verifications")
UNGRANTED_TABLES = TOKEN_TABLES + ("schema_ledger",)
MAY_LOG_IN = (AUTH,)
MAY_BE_ADMIN = (OPERATOR, ADMINISTRATOR, OWNER)


@dataclass(frozen=True)
class Context:
    """Names of the tenant, business and user that are set; admin: the flag, whoever sets it."""
    name: str
    role: str = APP
    tenant: Optional[str] = None
    business: Optional[str] = None
    user: Optional[str] = None
    admin: bool = False
    set_by_superuser: bool = False  # settings that the role could not have made itself

    @property
    def kind(self) -> str:
        """The most specific one decides; a business and a tenant that do not belong together are worth nothing."""
        if self.admin and self.role in MAY_BE_ADMIN:
            return "admin"
        if self.business is not None:
            belongs = self.tenant is None or TENANT_OF.get(self.business) == self.tenant
            return "B" if belongs else "none"
        if self.tenant is not None:
            return "T"
        return "U" if self.user is not None else "none"


def parse(text: str) -> Dict[str, Dict[str, List[str]]]:
    rules = {}
    for line in text.strip().splitlines():
        table, *cells = (cell.strip() for cell in line.split("|"))
        rules[table] = dict(zip(COMMANDS, (cell.split() for cell in cells)))
    return rules


class Oracle:
    def __init__(self, world: World):
        self.world = world
        self.rules = parse(POLICY_TABLE)
        self.partitions: List[str] = []

    def know_partitions(self, names: List[str]):
        """Read directly, a partition shows nothing to anybody, and nobody writes it."""
        self.partitions = names
        for name in names:
            self.rules[name] = {command: ["-"] for command in COMMANDS}

    # ---- the words of the policy table

    def reaches_business(self, context: Context, business: Optional[str]) -> bool:
        if context.kind == "B":
            return business is not None and business == context.business
        return context.kind == "T" and business is not None and TENANT_OF.get(business) == context.tenant

    def employs(self, context: Context, user: Optional[str]) -> bool:
        """Whether the user has accepted an employment or a role in a business that the session reaches."""
        return any(user in people and self.reaches_business(context, business) for business, people in self.world.staff.items())

    def word(self, word: str, context: Context, row: Row) -> bool:
        kind, own_user = context.kind, row.user is not None and row.user == context.user
        if word == "A":
            return False
        if word == "B":
            return kind == "B" and row.business is not None and row.business == context.business
        if word == "B:tenant":
            return kind == "B" and row.tenant is not None and row.tenant == TENANT_OF.get(context.business)
        if word == "T":
            return kind == "T" and row.tenant is not None and row.tenant == context.tenant
        if word == "U":
            return kind == "U" and own_user
        if word == "U:pending":
            return kind == "U" and own_user and row.pending
        if word == "U:role":
            return kind == "U" and row.business in self.world.active_roles.get(context.user, ())
        if word in ("B:staff", "T:staff"):
            return kind == word[0] and self.employs(context, row.user)
        if word == "self":
            return kind != "none" and own_user
        if word == "addressed":
            return kind != "none" and own_user and (row.business is None or kind == "U" or self.reaches_business(context, row.business))
        if word == "public":
            return row.public
        if word in ("T:plan", "B:plan"):
            tenant = context.tenant if kind == "T" else TENANT_OF.get(context.business)
            return kind == word[0] and self.world.plans.get(tenant) == row.name
        if word == "auth":
            return context.role in MAY_LOG_IN
        raise KeyError(word)

    # ---- the answers

    def allows(self, command: str, context: Context, row: Row) -> bool:
        """What the policies of the command say of the row, alone."""
        if self.rules[row.table][command] == ["-"]:
            return False
        return context.kind == "admin" or any(self.word(word, context, row) for word in self.rules[row.table][command])

    def allows_new(self, command: str, context: Context, row: Row) -> bool:
        """Whether the policies of the command let the row be written so. An employment or role that is not pending takes its user's
        consent: the session sees the user by another, or is the user's."""
        if command == "UPDATE" and row.table in STATUS_OF_CONSENT and context.kind == "U":
            allowed = row.user == context.user
        else:
            allowed = self.allows(command, context, row)
        consents = (row.table not in STATUS_OF_CONSENT or row.pending or context.kind == "admin" or row.user == context.user
                    or self.employs(context, row.user))
        return allowed and consents

    def allows_insert(self, context: Context, row: Row) -> bool:
        suspends = row.table == "businesses" and row.columns.get("status") == "suspended"
        return self.allows_new("INSERT", context, row) and (context.kind == "admin" or not suspends)

    def allows_delete(self, context: Context, row: Row) -> bool:
        """What triggers say of deleting a row that the policies let go."""
        return context.kind == "admin" or row.table != "businesses" or row.name != SUSPENDED

    def allows_column(self, context: Context, row: Row, column: str, value: str) -> bool:
        """Whether a protected column of a row that may be changed may be changed too, to this value."""
        table = row.table
        if table == "users" and column == "password_hash" and context.role in (APP, OPERATOR):
            return False
        if context.kind == "admin":
            return True
        if table == "businesses":
            return (value == "'suspended'") == (row.name == SUSPENDED)
        if table in STATUS_OF_CONSENT:
            changed = replace(row, columns={**row.columns, column: value.strip("'")})
            accepts = column == STATUS_OF_CONSENT[table] and (value == "'active'" or changed.pending)
            return self.allows_new("UPDATE", context, changed) and (context.kind != "U" or accepts)
        return table == "users" and column in LOGIN_COLUMNS and context.role in MAY_LOG_IN

    def privileged(self, role: str, table: str, command: str) -> bool:
        """Whether the role has the table's privilege at all."""
        if role in (CARELESS, ADMINISTRATOR, AUTH, OWNER):
            return True
        return table not in UNGRANTED_TABLES and table not in self.partitions and (table not in HISTORY_TABLES or command == "SELECT")

    def rows(self, context: Context, table: str, *commands: str) -> Tuple[str, ...]:
        """The keys of the existing rows that all these commands allow, sorted."""
        return tuple(sorted(row.key for row in self.world.rows.get(table, ())
                            if all(self.allows(command, context, row) for command in commands)))
