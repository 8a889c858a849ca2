"""bookmeatoz_verify(): every way to weaken a database that a careless or hostile administrator has is a finding that names the object;
what users may add is none; an installation is sound in a schema of any name and under any settings. Nothing of the owner's is run.
Each weakening lives in a transaction that is rolled back, in a database of its own."""

import time
import unittest
from typing import List, Tuple

import psycopg2

import world as platform

DATABASE = "verify_proof"
# A name that stands in definitions too: new.currency.
SCHEMA = "new"
OWNER, APP, STAFF, AUTH, OTHER, GROUP = ROLES = tuple(f"verify_{name}" for name in ("owner", "app", "staff", "auth", "other", "group"))
DATA = """
    INSERT INTO tenants (id, name, subdomain) VALUES (md5('t')::uuid, 'Tenant', 'tenant');
    INSERT INTO businesses (tenant_id, name, slug, timezone) SELECT md5('t')::uuid, 'Business ' || n, 'business-' || n, zone
    FROM unnest(ARRAY['Europe/Berlin', 'Asia/Kolkata', 'Europe/Berlin']) WITH ORDINALITY z (zone, n);
"""

# A few that are needed more than once.
GUARD = "CREATE TRIGGER bookings_guard BEFORE INSERT OR UPDATE ON bookings FOR EACH ROW "
NO_DOUBLE = "ALTER TABLE bookings DROP CONSTRAINT bookings_no_double_booking; ALTER TABLE bookings ADD CONSTRAINT bookings_no_double_booking EXCLUDE USING gist "
OCCUPIES = "status NOT IN ('cancelled', 'rejected', 'no_show')"
NOTHING = "CREATE FUNCTION nothing() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';"

# What is done, by a superuser unless it says otherwise, and what a new finding must contain.
WEAKENINGS: List[Tuple[str, str, str]] = [
    # reports
    ("the figures of all readable", f"GRANT SELECT ON business_stats TO {APP}", f"table business_stats: role {APP} has SELECT on it"),
    ("a column of the figures readable", f"GRANT SELECT (bookings) ON business_stats TO {APP}", f"table business_stats: role {APP} has SELECT on it (bookings)"),
    ("the ledger readable", f"GRANT SELECT ON schema_ledger TO {APP}", f"table schema_ledger: role {APP} has SELECT on it"),
    ("figures for everybody", "GRANT SELECT ON accessible_business_stats TO PUBLIC", "table accessible_business_stats: everybody has SELECT"),
    ("figures for who authenticates", f"GRANT SELECT ON accessible_business_stats TO {AUTH}", f"table accessible_business_stats: role {AUTH} has SELECT"),
    ("a view of the figures without a barrier", "ALTER VIEW accessible_business_stats RESET (security_barrier)", "accessible_business_stats: query"),
    ("a view of all figures", "CREATE OR REPLACE VIEW accessible_business_stats WITH (security_barrier) AS SELECT s.* FROM business_stats s", "accessible_business_stats: query"),
    ("another view of the figures", "CREATE VIEW more AS SELECT * FROM business_stats", f"table business_stats: view {SCHEMA}.more lacks security_invoker"),
    ("no view of the figures", "DROP VIEW accessible_business_stats", "view accessible_business_stats is missing"),
    ("no figures", "DROP MATERIALIZED VIEW business_stats CASCADE", "materialized view business_stats is missing"),
    ("figures that belong to another", f"ALTER MATERIALIZED VIEW business_stats OWNER TO {OTHER}", f"materialized view business_stats belongs to role {OTHER}"),
    ("a table in the place of the figures", "DROP MATERIALIZED VIEW business_stats CASCADE; CREATE TABLE business_stats (a integer)",
     "table business_stats: it is a table, expected a materialized view"),
    # policies
    ("a permissive policy named by a pattern", 'CREATE POLICY ".*" ON bookings USING (true OR is_system_admin())', 'table bookings: permissive policy ".*"'),
    ("a permissive policy named as another table's", "CREATE POLICY customers_select ON bookings USING (true)", "table bookings: permissive policy customers_select"),
    ("a permissive policy named like ours in capitals", 'CREATE POLICY "BOOKINGS_SELECT" ON bookings USING (true)', 'permissive policy "BOOKINGS_SELECT"'),
    ("a permissive policy for one role", f"CREATE POLICY mine ON customers TO {APP} USING (true)", "table customers: permissive policy mine"),
    ("a policy that is true", "ALTER POLICY bookings_select ON bookings USING (true)", "table bookings: policy bookings_select differs"),
    ("a policy that is true OR ours", "ALTER POLICY bookings_select ON bookings USING (true OR can_access_booking(business_id, customer_id))", "bookings_select differs"),
    ("a policy of nothing", "ALTER POLICY bookings_delete ON bookings USING (can_access_business(NULL))", "table bookings: policy bookings_delete differs"),
    ("a policy of another column", "ALTER POLICY services_select ON services USING (can_access_business(category_id))", "policy services_select differs"),
    ("a policy with a weaker check", "ALTER POLICY businesses_update ON businesses WITH CHECK (can_manage_business(id, tenant_id))", "policy businesses_update differs"),
    ("a policy for one role", f"ALTER POLICY customers_delete ON customers TO {APP}", "table customers: policy customers_delete differs"),
    ("a policy for another command", "DROP POLICY users_select ON users; CREATE POLICY users_select ON users FOR ALL USING (is_auth_role() OR can_access_user(id))",
     "table users: policy users_select differs"),
    ("a policy made restrictive", "DROP POLICY customers_select ON customers; CREATE POLICY customers_select ON customers AS RESTRICTIVE FOR SELECT "
     "USING (can_access_person(business_id, user_id))", "policy customers_select differs"),
    ("a policy by a function of another schema", "CREATE SCHEMA evil; CREATE FUNCTION evil.can_access_business(uuid) RETURNS boolean LANGUAGE sql AS 'SELECT true'; "
     "ALTER POLICY services_select ON services USING (evil.can_access_business(business_id))", "policy services_select differs"),
    ("a policy by an overload", f"CREATE FUNCTION {SCHEMA}.can_access_business(text) RETURNS boolean LANGUAGE sql AS 'SELECT true'; "
     f"ALTER POLICY services_select ON services USING ({SCHEMA}.can_access_business(business_id::text))", "policy services_select differs"),
    ("a policy dropped", "DROP POLICY working_hours_update ON working_hours", "policy working_hours_update is missing"),
    ("a policy renamed", "ALTER POLICY bookings_update ON bookings RENAME TO other", "policy bookings_update is missing"),
    ("row security off", "ALTER TABLE customers DISABLE ROW LEVEL SECURITY", "table customers: row security is off"),
    ("FORCE on one table only", "ALTER TABLE bookings FORCE ROW LEVEL SECURITY", "table bookings: row security is forced"),
    ("FORCE off on one table only", "SELECT bookmeatoz_force_row_security(true); ALTER TABLE users NO FORCE ROW LEVEL SECURITY", "table users: row security is not forced"),
    # triggers
    ("the guard never fires", f"DROP TRIGGER bookings_guard ON bookings; CREATE TRIGGER bookings_guard BEFORE UPDATE ON bookings FOR EACH ROW "
     "WHEN (false) EXECUTE FUNCTION trigger_guard_booking()", "table bookings: trigger bookings_guard differs"),
    ("the guard fires at times", f"DROP TRIGGER bookings_guard ON bookings; {GUARD} WHEN (NEW.notes IS NULL) EXECUTE FUNCTION trigger_guard_booking()", "bookings_guard differs"),
    ("the guard fires on INSERT alone", "DROP TRIGGER bookings_guard ON bookings; CREATE TRIGGER bookings_guard BEFORE INSERT ON bookings FOR EACH ROW "
     "EXECUTE FUNCTION trigger_guard_booking()", "bookings_guard differs"),
    ("the guard fires for columns", "DROP TRIGGER bookings_guard ON bookings; CREATE TRIGGER bookings_guard BEFORE INSERT OR UPDATE OF notes ON bookings "
     "FOR EACH ROW EXECUTE FUNCTION trigger_guard_booking()", "bookings_guard differs"),
    ("the guard is another function", f"{NOTHING} DROP TRIGGER bookings_guard ON bookings; {GUARD} EXECUTE FUNCTION nothing()", "bookings_guard differs"),
    ("the guard is a function of the same name", "CREATE SCHEMA evil; CREATE FUNCTION evil.trigger_guard_booking() RETURNS trigger LANGUAGE plpgsql AS "
     f"'BEGIN RETURN NEW; END'; DROP TRIGGER bookings_guard ON bookings; {GUARD} EXECUTE FUNCTION evil.trigger_guard_booking()", "bookings_guard differs"),
    ("the guard disabled", "ALTER TABLE bookings DISABLE TRIGGER bookings_guard", "bookings_guard differs"),
    ("the guard for replicas only", "ALTER TABLE bookings ENABLE REPLICA TRIGGER bookings_guard", "bookings_guard differs"),
    ("the guard dropped", "DROP TRIGGER bookings_guard ON bookings", "bookings_guard is missing"),
    ("ALWAYS lost", "ALTER TABLE businesses ENABLE TRIGGER businesses_changed", "table businesses: trigger businesses_changed differs"),
    ("another argument", "DROP TRIGGER users_protect_columns ON users; CREATE TRIGGER users_protect_columns BEFORE UPDATE OF system_role ON users "
     "FOR EACH ROW EXECUTE FUNCTION trigger_protect_columns('status')", "trigger users_protect_columns differs"),
    ("a trigger after the guard", f"{NOTHING} CREATE TRIGGER zz BEFORE INSERT ON bookings FOR EACH ROW EXECUTE FUNCTION nothing()", "table bookings: trigger zz"),
    ("a trigger between ours", f"{NOTHING} CREATE TRIGGER users_protect_m BEFORE UPDATE ON users FOR EACH ROW EXECUTE FUNCTION nothing()", "users_protect_m"),
    ("foreign keys off, at the referencing table", "ALTER TABLE employee_services DISABLE TRIGGER ALL", "table employee_services: foreign keys are not checked"),
    ("foreign keys off, at the referenced table", "ALTER TABLE customers DISABLE TRIGGER ALL", "table customers: foreign keys are not checked"),
    ("one trigger of a foreign key", "UPDATE pg_trigger SET tgenabled = 'R' WHERE tgrelid = 'bookings'::regclass "
     "AND tgconstraint = (SELECT oid FROM pg_constraint WHERE conname = 'bookings_business_fkey')", "table bookings: foreign keys are not checked"),
    # constraints
    ("a key not validated", "ALTER TABLE bookings DROP CONSTRAINT bookings_customer_fkey; ALTER TABLE bookings ADD CONSTRAINT bookings_customer_fkey "
     "FOREIGN KEY (business_id, customer_id) REFERENCES customers (business_id, id) ON DELETE RESTRICT NOT VALID", "bookings_customer_fkey differs"),
    ("a key that forgets the business", "ALTER TABLE bookings DROP CONSTRAINT bookings_customer_fkey; ALTER TABLE bookings ADD CONSTRAINT bookings_customer_fkey "
     "FOREIGN KEY (customer_id) REFERENCES customers (id) ON DELETE RESTRICT", "bookings_customer_fkey differs"),
    ("a key that cascades", "ALTER TABLE bookings DROP CONSTRAINT bookings_customer_fkey; ALTER TABLE bookings ADD CONSTRAINT bookings_customer_fkey "
     "FOREIGN KEY (business_id, customer_id) REFERENCES customers (business_id, id) ON DELETE CASCADE", "bookings_customer_fkey differs"),
    ("a deferred key", "ALTER TABLE employees ALTER CONSTRAINT employees_business_fkey DEFERRABLE INITIALLY DEFERRED", "employees_business_fkey differs"),
    ("a key dropped", "ALTER TABLE notifications DROP CONSTRAINT notifications_user_fkey", "notifications_user_fkey is missing"),
    ("a check that is true", "ALTER TABLE bookings DROP CONSTRAINT bookings_seat_in_range; ALTER TABLE bookings ADD CONSTRAINT bookings_seat_in_range CHECK (true)",
     "bookings_seat_in_range differs"),
    ("a check with another bound", "ALTER TABLE services DROP CONSTRAINT services_duration_in_range; ALTER TABLE services ADD CONSTRAINT services_duration_in_range "
     "CHECK (duration BETWEEN 1 AND 100800)", "services_duration_in_range differs"),
    ("a check dropped", "ALTER TABLE bookings DROP CONSTRAINT bookings_lasts_at_most_7_days", "bookings_lasts_at_most_7_days is missing"),
    ("a check not validated", "ALTER TABLE customers DROP CONSTRAINT customers_name_valid; ALTER TABLE customers ADD CONSTRAINT customers_name_valid "
     "CHECK (btrim(name) <> '' AND length(name) <= 200) NOT VALID", "customers_name_valid differs"),
    ("the exclusion without pending", f"{NO_DOUBLE} (resource_id WITH =, busy WITH &&, session_key WITH <>) WHERE (resource_id IS NOT NULL AND NOT overbooked "
     "AND status IN ('confirmed', 'completed'))", "bookings_no_double_booking differs"),
    ("the exclusion by another operator", f"{NO_DOUBLE} (resource_id WITH =, busy WITH =, session_key WITH <>) WHERE (resource_id IS NOT NULL AND NOT overbooked "
     f"AND {OCCUPIES})", "bookings_no_double_booking differs"),
    ("the exclusion deferred", f"{NO_DOUBLE} (resource_id WITH =, busy WITH &&, session_key WITH <>) WHERE (resource_id IS NOT NULL AND NOT overbooked "
     f"AND {OCCUPIES}) DEFERRABLE", "bookings_no_double_booking differs"),
    ("the exclusion dropped", "ALTER TABLE bookings DROP CONSTRAINT bookings_no_double_booking", "bookings_no_double_booking is missing"),
    ("an index in the place of the exclusion", "ALTER TABLE bookings DROP CONSTRAINT bookings_no_double_booking; CREATE INDEX bookings_no_double_booking ON bookings "
     f"USING gist (resource_id, busy, session_key) WHERE (resource_id IS NOT NULL AND NOT overbooked AND {OCCUPIES})", "constraint bookings_no_double_booking is missing"),
    ("a unique key with another column", "ALTER TABLE services DROP CONSTRAINT services_business_name_key; ALTER TABLE services ADD CONSTRAINT "
     "services_business_name_key UNIQUE (business_id, name, id)", "services_business_name_key differs"),
    # indexes
    ("the index of seats not unique", f"DROP INDEX bookings_one_per_seat; CREATE INDEX bookings_one_per_seat ON bookings (session_key, seat) WHERE NOT overbooked "
     f"AND {OCCUPIES}", "index bookings_one_per_seat differs"),
    ("the index of seats with another condition", "DROP INDEX bookings_one_per_seat; CREATE UNIQUE INDEX bookings_one_per_seat ON bookings (session_key, seat) "
     "WHERE NOT overbooked AND status = 'confirmed'", "index bookings_one_per_seat differs"),
    ("an index invalid", "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'bookings_one_per_seat'::regclass", "index bookings_one_per_seat differs"),
    ("an index not ready", "UPDATE pg_index SET indisready = false WHERE indexrelid = 'bookings_idempotency_key'::regclass", "index bookings_idempotency_key differs"),
    ("an index on another table", "DROP INDEX businesses_subdomain_key; CREATE UNIQUE INDEX businesses_subdomain_key ON tenants (subdomain)",
     "index businesses_subdomain_key is missing"),
    ("an index dropped", "DROP INDEX bookings_service_start_idx", "index bookings_service_start_idx is missing"),
    # columns and types
    ("a column retyped", "ALTER TABLE services ALTER COLUMN name TYPE text", "table services: column name differs"),
    ("a column nullable", "ALTER TABLE businesses ALTER COLUMN timezone DROP NOT NULL", "table businesses: column timezone differs"),
    ("a column without its default", "ALTER TABLE bookings ALTER COLUMN overbooked DROP DEFAULT", "table bookings: column overbooked differs"),
    ("a column with another default", "ALTER TABLE bookings ALTER COLUMN overbooked SET DEFAULT true", "table bookings: column overbooked differs"),
    ("keys by another function", f"CREATE FUNCTION {SCHEMA}.uuid_generate_v4() RETURNS uuid LANGUAGE sql AS 'SELECT md5(''1'')::uuid'; "
     f"ALTER TABLE users ALTER COLUMN id SET DEFAULT {SCHEMA}.uuid_generate_v4()", "table users: column id differs"),
    ("a generated column made plain", "ALTER TABLE bookings ALTER COLUMN busy DROP EXPRESSION", "table bookings: column busy differs"),
    ("another collation", 'ALTER TABLE services ALTER COLUMN name TYPE varchar COLLATE "C"', "table services: column name differs"),
    ("a column renamed", "ALTER TABLE employees RENAME COLUMN settings TO other", "table employees: column settings is missing"),
    ("a label renamed", "ALTER TYPE booking_status_type_v1 RENAME VALUE 'pending' TO 'waiting'", "type booking_status_type_v1"),
    ("two labels exchanged", "ALTER TYPE booking_status_type_v1 RENAME VALUE 'confirmed' TO 'x'; ALTER TYPE booking_status_type_v1 RENAME VALUE 'cancelled' TO "
     "'confirmed'; ALTER TYPE booking_status_type_v1 RENAME VALUE 'x' TO 'cancelled'", "type booking_status_type_v1"),
    ("a type under another name", "ALTER TYPE user_status_type_v1 RENAME TO other", "type user_status_type_v1 is missing"),
    # tables
    ("a table unlogged", "ALTER TABLE token_blacklist SET UNLOGGED", "table token_blacklist: persistence is unlogged"),
    ("a table dropped", "DROP TABLE notifications", "table notifications is missing"),
    ("a view in a table's place", "ALTER TABLE notifications RENAME TO other; CREATE VIEW notifications AS SELECT * FROM other", "table notifications: it is a view"),
    ("a partitioned table in a table's place", "DROP TABLE notifications; CREATE TABLE notifications (id uuid) PARTITION BY LIST (id)",
     "table notifications: it is a partitioned table"),
    ("a child", "CREATE TABLE child () INHERITS (bookings)", "table bookings: new.child inherits from it"),
    ("a parent", "CREATE TABLE parent (id uuid NOT NULL); ALTER TABLE customers INHERIT parent", "table customers: it inherits from new.parent"),
    ("a partition of another", "CREATE TABLE whole (LIKE token_blacklist) PARTITION BY RANGE (expires_at); ALTER TABLE whole ATTACH PARTITION token_blacklist DEFAULT",
     "table token_blacklist: it is a table, a partition of another"),
    ("a rule", "CREATE RULE silently AS ON DELETE TO customers DO INSTEAD NOTHING", "table customers: rule silently"),
    ("another owner of a table", f"ALTER TABLE customers OWNER TO {OTHER}", f"table customers belongs to role {OTHER}"),
    ("another owner of a type", f"ALTER TYPE booking_status_type_v1 OWNER TO {OTHER}", f"type booking_status_type_v1 belongs to role {OTHER}"),
    ("a view that shows all", "CREATE VIEW everybody AS SELECT name FROM customers", "view new.everybody lacks security_invoker"),
    ("a materialized view", "CREATE MATERIALIZED VIEW copied AS SELECT name FROM customers", "materialized view new.copied"),
    # functions
    ("a predicate replaced", "CREATE OR REPLACE FUNCTION can_access_business(business_id uuid) RETURNS boolean LANGUAGE sql STABLE AS 'SELECT true'",
     "function new.can_access_business(uuid) differs"),
    ("a body replaced", "CREATE OR REPLACE FUNCTION trigger_lower_slug() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS "
     "'BEGIN RETURN NEW; END'", "function new.trigger_lower_slug() differs"),
    ("another symbol", "CREATE OR REPLACE FUNCTION is_auth_role() RETURNS boolean LANGUAGE c STABLE PARALLEL SAFE AS '$libdir/bookmeatoz', 'is_system_admin'",
     "function new.is_auth_role() differs"),
    ("a search_path reset", "ALTER FUNCTION trigger_fill_business_id() RESET search_path", "function new.trigger_fill_business_id() differs"),
    ("a setting added", "ALTER FUNCTION cancel_booking SET row_security = off", "cancel_booking("),
    ("SECURITY DEFINER", "ALTER FUNCTION trigger_fill_currency() SECURITY DEFINER", "function new.trigger_fill_currency() differs"),
    ("LEAKPROOF lost", "ALTER FUNCTION can_access_business(uuid) NOT LEAKPROOF", "function new.can_access_business(uuid) differs"),
    ("LEAKPROOF won", "ALTER FUNCTION search_pattern LEAKPROOF", "search_pattern("),
    ("IMMUTABLE", "ALTER FUNCTION can_access_user(uuid) IMMUTABLE", "function new.can_access_user(uuid) differs"),
    ("VOLATILE", "ALTER FUNCTION can_access_user(uuid) VOLATILE", "function new.can_access_user(uuid) differs"),
    ("strictness", "ALTER FUNCTION can_access_business(uuid) CALLED ON NULL INPUT", "function new.can_access_business(uuid) differs"),
    ("parallel safety", "ALTER FUNCTION book_slot PARALLEL SAFE", "book_slot("),
    ("no support function", "UPDATE pg_proc SET prosupport = 0 WHERE oid = 'can_access_business'::regproc", "function new.can_access_business(uuid) differs"),
    ("another default of an argument", "CREATE OR REPLACE FUNCTION set_session_context(tenant_id uuid, business_id uuid, user_id uuid, "
     "is_system_admin boolean DEFAULT true) RETURNS void LANGUAGE c PARALLEL RESTRICTED AS '$libdir/bookmeatoz', 'set_session_context'", "set_session_context("),
    ("a function that left the extension", "ALTER EXTENSION bookmeatoz DROP FUNCTION is_system_admin()", "function new.is_system_admin() is not a member"),
    ("a function that joined the extension", "CREATE FUNCTION is_system_admin(integer) RETURNS boolean LANGUAGE sql AS 'SELECT true'; "
     "ALTER EXTENSION bookmeatoz ADD FUNCTION is_system_admin(integer)", "function new.is_system_admin(integer) is a member"),
    ("another owner of a function", f"ALTER FUNCTION can_access_business(uuid) OWNER TO {OTHER}", f"function new.can_access_business(uuid) belongs to role {OTHER}"),
    ("a better match", f"CREATE FUNCTION can_access_business(text) RETURNS boolean LANGUAGE sql AS 'SELECT true'", "function new.can_access_business(text) bears the name"),
    # rights
    ("overbooking for everybody", "GRANT EXECUTE ON FUNCTION may_overbook() TO PUBLIC", "function new.may_overbook(): everybody has EXECUTE"),
    ("authenticating for everybody", "GRANT EXECUTE ON FUNCTION may_authenticate_users() TO PUBLIC", "function new.may_authenticate_users(): everybody"),
    ("administration for everybody", "GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA new TO PUBLIC", "function new.bookmeatoz_set_owner(regrole): everybody"),
    ("a trigger function for everybody", "GRANT EXECUTE ON FUNCTION trigger_guard_booking() TO PUBLIC", "function new.trigger_guard_booking(): everybody"),
    ("a trigger function for one", f"GRANT EXECUTE ON FUNCTION trigger_guard_booking() TO {APP}", f"function new.trigger_guard_booking(): role {APP}"),
    ("signing by the application", f"GRANT EXECUTE ON FUNCTION sign_session_context TO {APP}", f"sign_session_context(uuid,uuid,uuid,boolean,interval,integer): role {APP}"),
    ("a function to pass on", f"GRANT EXECUTE ON FUNCTION may_overbook() TO {STAFF} WITH GRANT OPTION", f"role {STAFF} may pass on EXECUTE on functions, which only the owner of the data needs: new.may_overbook()"),
    ("TRUNCATE", f"GRANT TRUNCATE ON bookings TO {APP}", f"table bookings: role {APP} has TRUNCATE"),
    ("TRIGGER", f"GRANT TRIGGER ON customers TO {APP}", f"table customers: role {APP} has TRIGGER"),
    ("REFERENCES", f"GRANT REFERENCES ON users TO {OTHER}", f"table users: role {OTHER} has REFERENCES"),
    ("REFERENCES to a column", f"GRANT REFERENCES (id) ON users TO {OTHER}", f"table users: role {OTHER} has REFERENCES on it (id)"),
    ("the right to pass on", f"GRANT SELECT ON customers TO {APP} WITH GRANT OPTION", f"table customers: role {APP} has SELECT WITH GRANT OPTION"),
    ("token tables", f"GRANT SELECT ON token_blacklist TO {APP}", f"table token_blacklist: role {APP} has SELECT"),
    ("a column of a token table", f"GRANT SELECT (token_hash) ON password_resets TO {APP}", f"table password_resets: role {APP} has SELECT"),
    ("users as a whole", f"GRANT SELECT ON users TO {APP}", f"table users: role {APP} has SELECT"),
    ("password_hash", f"GRANT SELECT (password_hash) ON users TO {APP}", f"table users: role {APP} has SELECT on it (password_hash)"),
    ("writing password_hash", f"GRANT UPDATE (password_hash) ON users TO {STAFF}", f"table users: role {STAFF} has UPDATE on it (password_hash)"),
    ("a second duty of an auth role", f"GRANT SELECT ON bookings TO {AUTH}", f"table bookings: role {AUTH} has SELECT"),
    ("profiles for an auth role", f"GRANT SELECT (profile) ON users TO {AUTH}", f"table users: role {AUTH} has SELECT on it (profile)"),
    ("a table for everybody", "GRANT SELECT ON customers TO PUBLIC", "table customers: everybody has SELECT"),
    ("a column for everybody", "GRANT UPDATE (notes) ON bookings TO PUBLIC", "table bookings: everybody has UPDATE on it (notes)"),
    ("TEMP for a role", f"GRANT TEMPORARY ON DATABASE {DATABASE} TO {APP}", f"role {APP} may create temporary objects"),
    ("TEMP for everybody", f"GRANT TEMPORARY ON DATABASE {DATABASE} TO PUBLIC", "everybody may create temporary objects"),
    ("TEMP by membership", f"GRANT {GROUP} TO {APP}; GRANT TEMPORARY ON DATABASE {DATABASE} TO {GROUP}", f"role {APP} may create temporary objects"),
    ("TEMP of a member", f"GRANT {APP} TO {OTHER}; GRANT TEMPORARY ON DATABASE {DATABASE} TO {OTHER}", f"role {OTHER} may create temporary objects"),
    ("CREATE on the database", f"GRANT CREATE ON DATABASE {DATABASE} TO {APP}", f"role {APP} may create schemas in this database"),
    ("CREATE for a role", f"GRANT CREATE ON SCHEMA {SCHEMA} TO {STAFF}", f"role {STAFF} may create objects in schema"),
    ("CREATE for everybody", f"GRANT CREATE ON SCHEMA {SCHEMA} TO PUBLIC", "everybody may create objects in schema"),
    ("replication's role by right", f"GRANT SET ON PARAMETER session_replication_role TO {APP}", f"role {APP} may set session_replication_role"),
    ("replication's role by default", f"ALTER ROLE {APP} SET session_replication_role = replica", f"role {APP} sets session_replication_role"),
    ("reading everything", f"GRANT pg_read_all_data TO {APP}", f"role {APP} is a member of pg_read_all_data"),
    ("default privileges on tables", f"ALTER DEFAULT PRIVILEGES FOR ROLE {OWNER} IN SCHEMA {SCHEMA} GRANT SELECT ON TABLES TO {APP}", f"default privileges: role {APP}"),
    ("default privileges on all tables", f"ALTER DEFAULT PRIVILEGES FOR ROLE {OWNER} GRANT ALL ON TABLES TO PUBLIC", "default privileges: everybody"),
    ("default privileges on functions", f"ALTER DEFAULT PRIVILEGES GRANT EXECUTE ON FUNCTIONS TO {APP}", f"default privileges: role {APP}"),
    # the audit log and its partitions
    ("what is not audited", "SELECT bookmeatoz_disable_audit('customers')", "table customers: trigger customers_audit differs"),
    ("what is no longer audited", "DROP TRIGGER bookings_audit ON bookings", "table bookings: trigger bookings_audit is missing"),
    ("a log that can be written", "DROP TRIGGER audit_logs_append_only ON audit_logs", "table audit_logs: trigger audit_logs_append_only is missing"),
    ("a log that can be emptied", "DROP TRIGGER audit_logs_never_truncated ON audit_logs", "trigger audit_logs_never_truncated is missing"),
    ("a log that a role may write", f"GRANT INSERT ON audit_logs TO {APP}", f"table audit_logs: role {APP} has INSERT"),
    ("an archive that can be written", "DROP TRIGGER bookings_archive_append_only ON bookings_archive", "table bookings_archive: trigger bookings_archive_append_only is missing"),
    ("an archive that loses rows", "DROP TRIGGER bookings_archive_append_only ON bookings_archive; CREATE TRIGGER bookings_archive_append_only BEFORE INSERT OR UPDATE OR DELETE "
     "ON bookings_archive FOR EACH ROW EXECUTE FUNCTION trigger_append_only('customer_id')", "table bookings_archive: trigger bookings_archive_append_only differs"),
    ("an archive that a role may write", f"GRANT DELETE ON bookings_archive TO {APP}", f"table bookings_archive: role {APP} has DELETE"),
    ("an archive for an auth role", f"GRANT SELECT ON bookings_archive TO {AUTH}", f"table bookings_archive: role {AUTH} has SELECT"),
    ("an archive that all see", "ALTER POLICY bookings_archive_select ON bookings_archive USING (true)", "table bookings_archive: policy bookings_archive_select differs"),
    ("an archive of businesses that are gone", "ALTER TABLE bookings_archive DROP CONSTRAINT bookings_archive_business_fkey", "table bookings_archive: constraint bookings_archive_business_fkey is missing"),
    ("row security of an archive's partition off", "ALTER TABLE bookings_archive_default DISABLE ROW LEVEL SECURITY", "row security of its partition new.bookings_archive_default is off"),
    ("a view of all bookings as its owner", "ALTER VIEW bookings_all RESET (security_invoker)", "bookings_all: query"),
    ("a view of all bookings that a role may write", f"GRANT INSERT, UPDATE ON bookings_all TO {APP}", f"table bookings_all: role {APP} has INSERT, UPDATE"),
    ("a view of all bookings for an auth role", f"GRANT SELECT ON bookings_all TO {AUTH}", f"table bookings_all: role {AUTH} has SELECT"),
    ("a log for an auth role", f"GRANT SELECT ON audit_logs TO {AUTH}", f"table audit_logs: role {AUTH} has SELECT"),
    ("row security of a partition off", "ALTER TABLE audit_logs_default DISABLE ROW LEVEL SECURITY", "row security of its partition new.audit_logs_default is off"),
    ("a grant on a partition", f"GRANT SELECT ON audit_logs_default TO {APP}", f"table audit_logs_default: role {APP} has SELECT"),
    ("a grant on a column of a partition", "GRANT SELECT (before) ON audit_logs_default TO PUBLIC", "table audit_logs_default: everybody has SELECT on it (before)"),
    ("a policy on a partition", "CREATE POLICY mine ON audit_logs_default USING (true)", "table audit_logs_default: permissive policy mine"),
    ("a rule on a partition", "CREATE RULE mine AS ON DELETE TO audit_logs_default DO INSTEAD NOTHING", "table audit_logs_default: rule mine"),
    ("FORCE on a partition only", "ALTER TABLE audit_logs_default FORCE ROW LEVEL SECURITY", "table audit_logs_default: row security is forced"),
    ("a trigger off on a partition", "ALTER TABLE audit_logs_default DISABLE TRIGGER audit_logs_append_only",
     "trigger audit_logs_append_only of its partition new.audit_logs_default differs or is missing"),
    ("another owner of a partition", f"ALTER TABLE audit_logs_default OWNER TO {OTHER}", f"table audit_logs_default belongs to role {OTHER}"),
    ("a partition in another schema", f"CREATE SCHEMA elsewhere; CREATE TABLE elsewhere.later PARTITION OF audit_logs FOR VALUES FROM ('2100-01-01') TO ('2101-01-01')",
     "row security of its partition elsewhere.later is off"),
    ("a partition of a partition", "CREATE TABLE later PARTITION OF audit_logs FOR VALUES FROM ('2100-01-01') TO ('2101-01-01') PARTITION BY RANGE (created_at); "
     "ALTER TABLE later ENABLE ROW LEVEL SECURITY; CREATE TABLE below PARTITION OF later DEFAULT", "row security of its partition new.below is off"),
    ("an unlogged partition", "ALTER TABLE audit_logs_default SET UNLOGGED", "its partition new.audit_logs_default is unlogged"),
    ("a partition elsewhere", "ALTER TABLE audit_logs DROP CONSTRAINT audit_logs_pkey; CREATE FOREIGN DATA WRAPPER w; CREATE SERVER s FOREIGN DATA WRAPPER w; "
     "CREATE FOREIGN TABLE far PARTITION OF audit_logs FOR VALUES FROM ('2100-01-01') TO ('2101-01-01') SERVER s", "its partition new.far is a foreign table"),
    ("no default partition", "DROP TABLE audit_logs_default", "table audit_logs: it has no default partition"),
    ("partitioned by another column", "DROP TABLE audit_logs; CREATE TABLE audit_logs (id uuid) PARTITION BY LIST (id)", "table audit_logs: partition key is LIST (id)"),
    # data
    ("a time zone that the server does not know", "SET LOCAL session_replication_role = replica; UPDATE businesses SET timezone = 'US/Nowhere' WHERE slug = 'business-2'",
     "'US/Nowhere'"),
    ("a legacy time zone", "SET LOCAL session_replication_role = replica; UPDATE businesses SET timezone = 'US/Eastern' WHERE slug = 'business-2'",
     "'America/New_York' replaces it"),
    ("a legacy time zone in a spelling that no server lists", "SET LOCAL session_replication_role = replica; UPDATE businesses SET timezone = 'us/eastern' "
     "WHERE slug = 'business-2'", "'us/eastern' is not known to this server: 'America/New_York' replaces it"),
]

# What users may add, and administrators tune.
ADDITIONS: List[Tuple[str, str]] = [
    ("a column", "ALTER TABLE services ADD COLUMN colour text NOT NULL DEFAULT 'blue' CONSTRAINT services_colour_valid CHECK (colour <> '')"),
    ("a generated column", "ALTER TABLE services ADD COLUMN upper_name text GENERATED ALWAYS AS (upper(name)) STORED"),
    ("an index", "CREATE INDEX customers_phone_idx ON customers (phone) WHERE phone IS NOT NULL"),
    ("a unique index", "CREATE UNIQUE INDEX mine ON services (business_id, lower(name))"),
    ("a check", "ALTER TABLE bookings ADD CONSTRAINT mine CHECK (length(notes) < 10000)"),
    ("a unique key", "ALTER TABLE services ADD CONSTRAINT mine UNIQUE (business_id, category_id, name)"),
    ("a restrictive policy", "CREATE POLICY narrower ON customers AS RESTRICTIVE USING (status <> 'blacklisted')"),
    ("a restrictive policy for a role", f"CREATE POLICY narrower ON bookings AS RESTRICTIVE FOR DELETE TO {APP} USING (false)"),
    ("a label at the end", "ALTER TYPE booking_status_type_v1 ADD VALUE 'waitlisted'"),
    ("a label between", "ALTER TYPE booking_status_type_v1 ADD VALUE 'waitlisted, or \"so\"' AFTER 'pending'"),
    ("an AFTER trigger", f"{NOTHING} CREATE TRIGGER zz AFTER INSERT OR UPDATE ON bookings FOR EACH ROW EXECUTE FUNCTION nothing()"),
    ("a statement's trigger", f"{NOTHING} CREATE TRIGGER zz BEFORE INSERT ON bookings FOR EACH STATEMENT EXECUTE FUNCTION nothing()"),
    ("a BEFORE trigger that fires first", f"{NOTHING} CREATE TRIGGER a_mine BEFORE INSERT ON bookings FOR EACH ROW EXECUTE FUNCTION nothing()"),
    ("a BEFORE trigger where ours only keeps updated_at", f"{NOTHING} CREATE TRIGGER zz BEFORE UPDATE ON service_categories FOR EACH ROW EXECUTE FUNCTION nothing()"),
    ("comments", "COMMENT ON TABLE bookings IS 'mine'; COMMENT ON POLICY bookings_select ON bookings IS 'mine'"),
    ("a publication", "CREATE PUBLICATION mine FOR TABLE bookings, customers"),
    ("statistics", "CREATE STATISTICS mine ON business_id, status FROM bookings; ALTER TABLE bookings ALTER COLUMN status SET STATISTICS 1000"),
    ("storage parameters", "ALTER TABLE bookings SET (fillfactor = 80); ALTER INDEX bookings_one_per_seat SET (fillfactor = 70); ALTER INDEX bookings_pkey SET (fillfactor = 70)"),
    ("a table of the user's", "CREATE TABLE invoices (booking_id uuid PRIMARY KEY REFERENCES bookings (id), amount numeric)"),
    ("a view with security_invoker", "CREATE VIEW agenda WITH (security_invoker) AS SELECT b.start_time, c.name FROM bookings b JOIN customers c ON c.id = b.customer_id"),
    ("a function of the user's", f"CREATE FUNCTION {SCHEMA}.mine() RETURNS integer LANGUAGE sql AS 'SELECT 1'"),
    ("a role for reports", f"GRANT USAGE ON SCHEMA {SCHEMA} TO {OTHER}; GRANT SELECT ON bookings, services TO {OTHER}; GRANT SELECT (name) ON customers TO {OTHER}"),
    ("a third role of an application", f"SELECT bookmeatoz_grant_app_role('{OTHER}')"),
    ("FORCE", "SELECT bookmeatoz_force_row_security(true)"),
    ("costs", "ALTER FUNCTION book_slot COST 12345"),
    ("a replica's identity", "ALTER TABLE bookings REPLICA IDENTITY FULL; CLUSTER bookings USING bookings_pkey"),
    ("uuid-ossp moved", 'CREATE SCHEMA elsewhere; ALTER EXTENSION "uuid-ossp" SET SCHEMA elsewhere'),
    ("partitions", f"SELECT bookmeatoz_maintain('2050-01-01'); SET LOCAL ROLE {OWNER}; CREATE TABLE mine (LIKE audit_logs INCLUDING ALL); "
     "ALTER TABLE mine ENABLE ROW LEVEL SECURITY; ALTER TABLE audit_logs ATTACH PARTITION mine FOR VALUES FROM ('2100-01-01') TO ('2101-01-01'); RESET ROLE"),
    ("a table of the user's that is audited", f"CREATE TABLE mine (id uuid, tenant_id uuid); ALTER TABLE mine OWNER TO {OWNER}; SELECT bookmeatoz_enable_audit('mine')"),
    ("another owner of everything", f"SELECT bookmeatoz_set_owner('{OTHER}'), bookmeatoz_revoke_app_role('{OWNER}')"),
]

# Settings of a session that change how definitions are spelt.
SETTINGS = """SET search_path = new, public; SET quote_all_identifiers = on; SET intervalstyle = sql_standard; SET datestyle = 'German'; SET timezone = 'Asia/Tokyo';
    SET bytea_output = escape; SET extra_float_digits = -15; SET lc_messages = 'C'"""


def findings(cursor) -> List[str]:
    """All but who is asking, and whether the library is loaded early."""
    cursor.execute(f"SELECT finding FROM {SCHEMA}.bookmeatoz_verify() WHERE finding !~ '^(row security does not bind role|session_preload_libraries)'")
    return [row[0] for row in cursor.fetchall()]


class Verify(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.tearDownClass()
        cls.administer(f"CREATE DATABASE {DATABASE}")
        connection = platform.connect(DATABASE)
        cursor = connection.cursor()
        cursor.execute("SET client_min_messages = warning")
        cursor.execute(f'CREATE SCHEMA "x y"; CREATE EXTENSION "uuid-ossp" SCHEMA "x y"; CREATE EXTENSION btree_gist; CREATE SCHEMA {SCHEMA}')
        cursor.execute(f"SET search_path = {SCHEMA}, public; ALTER DATABASE {DATABASE} SET search_path = {SCHEMA}, public")
        cursor.execute(f"REVOKE TEMPORARY ON DATABASE {DATABASE} FROM PUBLIC")
        cursor.execute(f"CREATE EXTENSION bookmeatoz SCHEMA {SCHEMA}")
        for role in ROLES:
            cursor.execute(f"CREATE ROLE {role} LOGIN")
        cursor.execute(f"SELECT bookmeatoz_set_owner('{OWNER}'), bookmeatoz_grant_app_role('{APP}'), bookmeatoz_grant_staff_role('{STAFF}'), "
                       f"bookmeatoz_grant_auth_role('{AUTH}')")
        cursor.execute(DATA)
        connection.commit()
        connection.close()

    @classmethod
    def tearDownClass(cls):
        cls.administer(f"DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)", *(f"DROP ROLE IF EXISTS {role}" for role in ROLES))

    @staticmethod
    def administer(*statements: str):
        connection = platform.connect("postgres")
        connection.autocommit = True
        for statement in statements:
            connection.cursor().execute(statement)
        connection.close()

    def setUp(self):
        self.connection = platform.connect(DATABASE)
        self.addCleanup(self.connection.close)
        self.cursor = self.connection.cursor()

    def found_after(self, statements: str) -> List[str]:
        self.connection.rollback()
        self.cursor.execute(statements)
        self.cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        return findings(self.cursor)

    def test_sound_for_everybody_under_any_settings(self):
        for role in (None, OWNER, APP, STAFF, AUTH, OTHER):
            for settings in ("", SETTINGS):
                with self.subTest(role=role, settings=bool(settings)):
                    self.connection.rollback()
                    self.cursor.execute(settings or "SELECT")
                    if role == OTHER:
                        self.cursor.execute(f"GRANT USAGE ON SCHEMA {SCHEMA} TO {OTHER}")
                    if role:
                        self.cursor.execute(f"SET LOCAL SESSION AUTHORIZATION {role}")
                    self.assertEqual(findings(self.cursor), [])

    def test_weakenings_are_found(self):
        """By a superuser and by the application: catalogs are open to everybody, only the rows of businesses are not."""
        for name, statements, wanted in WEAKENINGS:
            with self.subTest(name):
                found = self.found_after(statements)
                self.assertTrue(any(wanted in finding for finding in found), f"{wanted!r} is not in {found}")
                self.cursor.execute(f"SET LOCAL ROLE {APP}")
                self.assertEqual([finding for finding in found if "table businesses: time zone" not in finding], findings(self.cursor))

    def test_additions_are_none(self):
        for name, statements in ADDITIONS:
            with self.subTest(name):
                self.assertEqual(self.found_after(statements), [])

    def test_nothing_of_the_owners_is_run(self):
        """A superuser asks; what the owner made must not be called: views, rules, casts, defaults, policies, expressions of indexes."""
        spy = (f"GRANT CREATE ON DATABASE {DATABASE} TO {OWNER}; SET LOCAL ROLE {OWNER}; CREATE SCHEMA spies; CREATE TABLE spies.seen (line text); "
               "CREATE FUNCTION spies.spy(line text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN RAISE EXCEPTION 'spy: %', line; END $$; "
               "CREATE FUNCTION spies.quiet(line text) RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN "
               "IF current_setting('spies.armed', true) = 'on' THEN RAISE EXCEPTION 'spy: %', line; END IF; RETURN true; END $$; ")
        for name, statements in (
                ("a view", "ALTER TABLE businesses RENAME TO other; CREATE VIEW businesses AS SELECT id, spies.spy(timezone) AS timezone FROM other"),
                ("a materialized view", "ALTER TABLE businesses RENAME TO other; CREATE MATERIALIZED VIEW businesses AS SELECT id, timezone FROM other"),
                ("a domain", "CREATE DOMAIN spies.zone AS varchar CHECK (spies.quiet(value)); DROP TRIGGER businesses_check_timezone "
                 "ON businesses; ALTER TABLE businesses ALTER COLUMN timezone TYPE spies.zone"),
                ("an enum", "CREATE TYPE spies.zone AS ENUM ('UTC'); CREATE FUNCTION spies.cast(spies.zone) RETURNS text LANGUAGE sql AS 'SELECT spies.spy(''cast'')'; "
                 "CREATE CAST (spies.zone AS text) WITH FUNCTION spies.cast(spies.zone) AS IMPLICIT; ALTER TABLE businesses DROP COLUMN timezone CASCADE; "
                 "ALTER TABLE businesses ADD COLUMN timezone spies.zone DEFAULT 'UTC'"),
                ("a child", "CREATE TABLE spies.child () INHERITS (businesses); INSERT INTO spies.child (tenant_id, name, slug, timezone) "
                 "VALUES (md5('t')::uuid, 'x', 'x', 'UTC')"),
                ("an index", "CREATE INDEX mine ON businesses (timezone) WHERE spies.quiet('index')"),
                ("an expression of an index", "CREATE INDEX mine ON businesses (spies.quiet('index'))"),
                ("statistics", "CREATE STATISTICS mine ON (spies.quiet('statistics')), timezone FROM businesses"),
                ("a check", "SET LOCAL constraint_exclusion = on; ALTER TABLE businesses ADD CHECK (spies.quiet('check'))"),
                ("a policy", "CREATE POLICY mine ON businesses AS RESTRICTIVE USING (spies.quiet('policy'))"),
                ("a default", "ALTER TABLE businesses ALTER COLUMN timezone SET DEFAULT spies.spy('default')"),
                ("a table of the same names", "DROP TABLE businesses CASCADE; CREATE TABLE businesses (timezone integer)")):
            for asks in (None, OWNER, APP):
                with self.subTest(name, asks=asks):
                    self.connection.rollback()
                    self.cursor.execute(f"{spy} {statements}; SET LOCAL spies.armed = 'on'; RESET ROLE; GRANT USAGE ON SCHEMA spies TO PUBLIC")
                    if asks:
                        self.cursor.execute(f"SET LOCAL ROLE {asks}")
                    findings(self.cursor)

    def test_time_zones_are_read_whatever_the_owner_added(self):
        self.assertIn("table businesses: time zone 'US/Nowhere' is not known to this server", self.found_after(
            "CREATE INDEX mine ON businesses (timezone) WHERE status = 'active'; CREATE TABLE other (x integer); ALTER TABLE businesses ADD COLUMN x text; "
            "SET LOCAL session_replication_role = replica; UPDATE businesses SET timezone = 'US/Nowhere'"))

    def test_row_security_hides_time_zones(self):
        self.assertEqual(self.found_after("SET LOCAL session_replication_role = replica; UPDATE businesses SET timezone = 'US/Nowhere'; "
                                          f"SET LOCAL ROLE {APP}"), [])

    def test_it_is_quick(self):
        best = 9.0
        for _ in range(5):
            started = time.monotonic()
            findings(self.cursor)
            best = min(best, time.monotonic() - started)
        self.assertLess(best, 0.5, "seconds; about 0.1 is usual")

    def test_missing_tables_are_said(self):
        found = self.found_after("DROP EXTENSION bookmeatoz CASCADE; SET bookmeatoz.install_schema = off; DROP TABLE tenants, bookings CASCADE; "
                                 f"CREATE EXTENSION bookmeatoz SCHEMA {SCHEMA}")
        self.assertIn("table tenants is missing", found)
        self.assertIn("table bookings is missing", found)


if __name__ == "__main__":
    unittest.main()
