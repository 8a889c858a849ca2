-- The access predicates. A row security policy asks: does this session see a row with these ids?
--
-- The most specific part of the session context decides; it is the access level: admin, else business, else tenant, else user, else
-- none. A business and a tenant that do not belong together see nothing. Everybody may execute these functions: they tell nothing
-- but yes or no. They read the tables as the owner of these, but only rows that the current query sees; the businesses of a tenant
-- they read as of now.

-- The planner replaces a predicate by its meaning in the access level of the session: a comparison with one of the keys below. So an
-- index serves it. A key has a value only in its own levels. In level none it is NULL or empty, and in any other level it is an error
-- (SQLSTATE 55000): so a plan for one level never shows rows in another.

CREATE FUNCTION @extschema@.access_planner_support(internal) RETURNS internal
LANGUAGE C STRICT AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.access_planner_support(internal) IS
    'Planner support of the can_access_* and can_manage_* functions: index conditions, estimates, cost. Not for calling.';

-- So planning loads the library, even for a table whose policies call nothing but this function. Its statistics are then hidden from
-- the first statement of a session on.
ALTER FUNCTION @extschema@.is_system_admin() SUPPORT @extschema@.access_planner_support;

CREATE FUNCTION @extschema@.access_business_unless_user(business_id uuid) RETURNS boolean
LANGUAGE C STABLE STRICT LEAKPROOF PARALLEL SAFE
SUPPORT @extschema@.access_planner_support AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.access_business_unless_user(uuid) IS
    'can_access_business() in plans that a user session must not use: an error (55000) there. Used by the planner.';

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
    'The tenant of a tenant session, or the tenant of a business session''s business. Used by the planner.';

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
    'The users whom a business or tenant session sees. Used by the planner.';

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
    'Whether the session sees the rows of a business. An admin sees all, a business its own, a tenant those of its businesses, a user none. SQLSTATE 42P01 if the tables are not installed.';

CREATE FUNCTION @extschema@.can_access_person(business_id uuid, user_id uuid) RETURNS boolean
LANGUAGE C STABLE LEAKPROOF PARALLEL SAFE
SUPPORT @extschema@.access_planner_support AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.can_access_person(uuid, uuid) IS
    'Whether the session sees an employment, a role or a customer record: as can_access_business(business_id), but a user sees those with its own user_id. NULL equals no id.';

CREATE FUNCTION @extschema@.can_access_booking(business_id uuid, customer_id uuid) RETURNS boolean
LANGUAGE C STABLE LEAKPROOF PARALLEL SAFE
SUPPORT @extschema@.access_planner_support AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.can_access_booking(uuid, uuid) IS
    'Whether the session sees a booking: as can_access_business(business_id), but a user sees those of its own customer records. NULL equals no id.';

CREATE FUNCTION @extschema@.can_access_user(user_id uuid) RETURNS boolean
LANGUAGE C STABLE LEAKPROOF PARALLEL SAFE
SUPPORT @extschema@.access_planner_support AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.can_access_user(uuid) IS
    'Whether the session sees a user. An admin sees all. Every session sees the user that its context names. A business or a tenant also sees the users of its employees and roles that are not pending.';

CREATE FUNCTION @extschema@.can_access_tenant(tenant_id uuid) RETURNS boolean
LANGUAGE C STABLE LEAKPROOF PARALLEL SAFE
SUPPORT @extschema@.access_planner_support AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.can_access_tenant(uuid) IS
    'Whether the session sees the rows of a tenant itself. An admin sees all, a tenant its own, a business those of its tenant.';

CREATE FUNCTION @extschema@.can_manage_tenant(tenant_id uuid) RETURNS boolean
LANGUAGE C STABLE LEAKPROOF PARALLEL SAFE
SUPPORT @extschema@.access_planner_support AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.can_manage_tenant(uuid) IS
    'Whether the session may change a tenant and add to it. An admin may change all, a tenant itself, a business none.';

CREATE FUNCTION @extschema@.can_access_tenant_admin(tenant_id uuid, user_id uuid) RETURNS boolean
LANGUAGE C STABLE LEAKPROOF PARALLEL SAFE
SUPPORT @extschema@.access_planner_support AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.can_access_tenant_admin(uuid, uuid) IS
    'Whether the session sees a membership in a tenant''s administration: as can_manage_tenant(tenant_id), and a user sees its own.';

CREATE FUNCTION @extschema@.can_access_business_row(business_id uuid, tenant_id uuid) RETURNS boolean
LANGUAGE C STABLE LEAKPROOF PARALLEL SAFE
SUPPORT @extschema@.access_planner_support AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.can_access_business_row(uuid, uuid) IS
    'Whether the session sees the row of a business in businesses. An admin sees all, a business itself, a tenant its own, a user those in which it has an active role.';

CREATE FUNCTION @extschema@.can_manage_business(business_id uuid, tenant_id uuid) RETURNS boolean
LANGUAGE C STABLE LEAKPROOF PARALLEL SAFE
SUPPORT @extschema@.access_planner_support AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.can_manage_business(uuid, uuid) IS
    'Whether the session may change the row of a business. An admin may change all, a business itself, a tenant its own. The policy adds can_access_tenant(tenant_id) in WITH CHECK, so that no business leaves its tenant.';

CREATE FUNCTION @extschema@.can_access_notification(business_id uuid, user_id uuid) RETURNS boolean
LANGUAGE C STABLE LEAKPROOF PARALLEL SAFE
SUPPORT @extschema@.access_planner_support AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.can_access_notification(uuid, uuid) IS
    'Whether the session sees a notification. An admin sees all, others only those to the user that the context names. A business or a tenant sees of these only those of businesses that it sees, and those of no business.';

CREATE FUNCTION @extschema@.can_access_plan(plan_id text) RETURNS boolean
LANGUAGE C STABLE STRICT PARALLEL SAFE
SUPPORT @extschema@.access_planner_support AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.can_access_plan(text) IS
    'Whether the session sees a subscription plan that is not on offer. An admin sees all, a tenant the plan of its subscription, a business that of its tenant.';

CREATE FUNCTION @extschema@.trigger_businesses_changed() RETURNS trigger
LANGUAGE C AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.trigger_businesses_changed() IS
    'AFTER row trigger on businesses: sends the invalidation of the table. Every session then reads the businesses of its tenant again.';
REVOKE EXECUTE ON FUNCTION @extschema@.trigger_businesses_changed() FROM PUBLIC;
