-- What the row security policies ask: may this session reach a row with these ids?
--
-- The most specific part of the session context decides: admin, else business, else tenant, else user, else none.
-- A business and a tenant that do not belong together reach nothing. All run with the caller's rights and tell nothing
-- but yes or no, so everybody may execute them. They read the tables as their owner, as the current query sees them.

-- The planner replaces a predicate by what it means in the class of session at hand, so that an index serves it: a
-- comparison with one of the keys below. Each has a value in its own class alone, is NULL or empty without a context, and
-- an error (SQLSTATE 55000) in any other class: a plan of one session's class never shows rows in another's.

CREATE FUNCTION @extschema@.access_planner_support(internal) RETURNS internal
LANGUAGE C STRICT AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.access_planner_support(internal) IS
    'Planner support of the can_access_* and can_manage_* functions: index conditions, estimates, cost. Not for calling.';

-- With it, planning a query on a table whose policies ask nothing else loads the library: its statistics are then hidden from
-- the first statement of a session on.
ALTER FUNCTION @extschema@.is_system_admin() SUPPORT @extschema@.access_planner_support;

CREATE FUNCTION @extschema@.access_business_unless_user(business_id uuid) RETURNS boolean
LANGUAGE C STABLE STRICT LEAKPROOF PARALLEL SAFE
SUPPORT @extschema@.access_planner_support AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.access_business_unless_user(uuid) IS
    'can_access_business() in plans of tenant and admin sessions; an error in a user session. Used by the planner.';

CREATE FUNCTION @extschema@.access_business_key() RETURNS uuid
LANGUAGE C STABLE PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.access_business_key() IS
    'The business of a business session. Used by the planner.';

CREATE FUNCTION @extschema@.access_managed_tenant_key() RETURNS uuid
LANGUAGE C STABLE PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.access_managed_tenant_key() IS
    'The tenant of a tenant session. Used by the planner.';

CREATE FUNCTION @extschema@.access_tenant_key() RETURNS uuid
LANGUAGE C STABLE PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.access_tenant_key() IS
    'The tenant of a tenant session, or of a business session''s business. Used by the planner.';

CREATE FUNCTION @extschema@.access_user_key() RETURNS uuid
LANGUAGE C STABLE PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.access_user_key() IS
    'The user of a user session. Used by the planner.';

CREATE FUNCTION @extschema@.access_addressee_key() RETURNS uuid
LANGUAGE C STABLE PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.access_addressee_key() IS
    'The user of any session but a system administrator''s. Used by the planner.';

CREATE FUNCTION @extschema@.access_business_ids() RETURNS uuid[]
LANGUAGE C STABLE PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.access_business_ids() IS
    'The businesses of a tenant session. Used by the planner.';

CREATE FUNCTION @extschema@.access_user_ids() RETURNS uuid[]
LANGUAGE C STABLE PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.access_user_ids() IS
    'The users whom a business or tenant session reaches. Used by the planner.';

CREATE FUNCTION @extschema@.access_customer_ids() RETURNS uuid[]
LANGUAGE C STABLE PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.access_customer_ids() IS
    'The customer records of a user session. Used by the planner.';

CREATE FUNCTION @extschema@.access_employer_ids() RETURNS uuid[]
LANGUAGE C STABLE PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.access_employer_ids() IS
    'The businesses in which the user of a user session has an active role. Used by the planner.';

CREATE FUNCTION @extschema@.can_access_business(business_id uuid) RETURNS boolean
LANGUAGE C STABLE STRICT LEAKPROOF PARALLEL SAFE
SUPPORT @extschema@.access_planner_support AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.can_access_business(uuid) IS
    'Whether the session reaches the rows of a business: admin all, business its own, tenant those of its businesses; a user none. SQLSTATE 42P01 when the tables are not installed.';

CREATE FUNCTION @extschema@.can_access_person(business_id uuid, user_id uuid) RETURNS boolean
LANGUAGE C STABLE LEAKPROOF PARALLEL SAFE
SUPPORT @extschema@.access_planner_support AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.can_access_person(uuid, uuid) IS
    'Whether the session reaches an employment, a role or a customer record: as can_access_business(business_id), and a user session those of its own user_id. NULL counts as no id.';

CREATE FUNCTION @extschema@.can_access_booking(business_id uuid, customer_id uuid) RETURNS boolean
LANGUAGE C STABLE LEAKPROOF PARALLEL SAFE
SUPPORT @extschema@.access_planner_support AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.can_access_booking(uuid, uuid) IS
    'Whether the session reaches a booking: as can_access_business(business_id), and a user session those of its own customer records. NULL counts as no id.';

CREATE FUNCTION @extschema@.can_access_user(user_id uuid) RETURNS boolean
LANGUAGE C STABLE LEAKPROOF PARALLEL SAFE
SUPPORT @extschema@.access_planner_support AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.can_access_user(uuid) IS
    'Whether the session reaches a user: admin all, every session that names a user this one, business and tenant also the users of their employees and roles that are not pending.';

CREATE FUNCTION @extschema@.can_access_tenant(tenant_id uuid) RETURNS boolean
LANGUAGE C STABLE LEAKPROOF PARALLEL SAFE
SUPPORT @extschema@.access_planner_support AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.can_access_tenant(uuid) IS
    'Whether the session reaches the rows of a tenant itself: admin all, tenant its own, business that of its tenant.';

CREATE FUNCTION @extschema@.can_manage_tenant(tenant_id uuid) RETURNS boolean
LANGUAGE C STABLE LEAKPROOF PARALLEL SAFE
SUPPORT @extschema@.access_planner_support AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.can_manage_tenant(uuid) IS
    'Whether the session may change a tenant and add to it: admin all, tenant its own; a business session none.';

CREATE FUNCTION @extschema@.can_access_tenant_admin(tenant_id uuid, user_id uuid) RETURNS boolean
LANGUAGE C STABLE LEAKPROOF PARALLEL SAFE
SUPPORT @extschema@.access_planner_support AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.can_access_tenant_admin(uuid, uuid) IS
    'Whether the session reaches a membership in a tenant''s administration: as can_manage_tenant(tenant_id), and a user session its own.';

CREATE FUNCTION @extschema@.can_access_business_row(business_id uuid, tenant_id uuid) RETURNS boolean
LANGUAGE C STABLE LEAKPROOF PARALLEL SAFE
SUPPORT @extschema@.access_planner_support AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.can_access_business_row(uuid, uuid) IS
    'Whether the session reaches the row of a business in businesses: admin all, business itself, tenant its own, user where he has an active role.';

CREATE FUNCTION @extschema@.can_manage_business(business_id uuid, tenant_id uuid) RETURNS boolean
LANGUAGE C STABLE LEAKPROOF PARALLEL SAFE
SUPPORT @extschema@.access_planner_support AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.can_manage_business(uuid, uuid) IS
    'Whether the session may change the row of a business: admin all, business itself, tenant its own. A policy adds can_access_tenant(tenant_id) in WITH CHECK, so that no business leaves its tenant.';

CREATE FUNCTION @extschema@.can_access_notification(business_id uuid, user_id uuid) RETURNS boolean
LANGUAGE C STABLE LEAKPROOF PARALLEL SAFE
SUPPORT @extschema@.access_planner_support AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.can_access_notification(uuid, uuid) IS
    'Whether the session reaches a notification: admin all, else only those addressed to the session''s user, and in a business or tenant session only those of reached businesses or of none.';

CREATE FUNCTION @extschema@.trigger_businesses_changed() RETURNS trigger
LANGUAGE C AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.trigger_businesses_changed() IS
    'Sends the invalidation of the table, at which every session reads the businesses of its tenant anew. AFTER row trigger on businesses.';
REVOKE EXECUTE ON FUNCTION @extschema@.trigger_businesses_changed() FROM PUBLIC;
