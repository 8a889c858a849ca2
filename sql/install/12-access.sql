-- What the row security policies ask: may this session reach a row with these ids?
--
-- The most specific part of the session context decides: admin, else business, else tenant, else user, else none.
-- A business and a tenant that do not belong together reach nothing. All run with the caller's rights and tell nothing
-- but yes or no, so everybody may execute them. They read the tables as their owner, as the current query sees them.

CREATE FUNCTION @extschema@.can_access_business(business_id uuid) RETURNS boolean
    LANGUAGE c STABLE STRICT LEAKPROOF PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.can_access_business(uuid) IS
'Whether the session reaches the rows of a business: admin all, business its own, tenant those of its businesses; a user none. SQLSTATE 42P01 when the tables are not installed.';

CREATE FUNCTION @extschema@.can_access_person(business_id uuid, user_id uuid) RETURNS boolean
    LANGUAGE c STABLE LEAKPROOF PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.can_access_person(uuid, uuid) IS
'Whether the session reaches an employment, a role or a customer record: as can_access_business(business_id), and a user session those of its own user_id. NULL counts as no id; never NULL.';

CREATE FUNCTION @extschema@.can_access_booking(business_id uuid, customer_id uuid) RETURNS boolean
    LANGUAGE c STABLE LEAKPROOF PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.can_access_booking(uuid, uuid) IS
'Whether the session reaches a booking: as can_access_business(business_id), and a user session those of its own customer records. NULL counts as no id; never NULL.';

CREATE FUNCTION @extschema@.can_access_user(user_id uuid) RETURNS boolean
    LANGUAGE c STABLE LEAKPROOF PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.can_access_user(uuid) IS
'Whether the session reaches a user: admin all, every session that names a user this one, business and tenant also the users of their employees and roles. Never NULL.';

CREATE FUNCTION @extschema@.can_access_tenant(tenant_id uuid) RETURNS boolean
    LANGUAGE c STABLE LEAKPROOF PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.can_access_tenant(uuid) IS
'Whether the session reaches the rows of a tenant itself: admin all, tenant its own, business that of its tenant. Never NULL.';

CREATE FUNCTION @extschema@.can_manage_tenant(tenant_id uuid) RETURNS boolean
    LANGUAGE c STABLE LEAKPROOF PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.can_manage_tenant(uuid) IS
'Whether the session may change a tenant and add to it: admin all, tenant its own; a business session none. Never NULL.';

CREATE FUNCTION @extschema@.can_access_tenant_admin(tenant_id uuid, user_id uuid) RETURNS boolean
    LANGUAGE c STABLE LEAKPROOF PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.can_access_tenant_admin(uuid, uuid) IS
'Whether the session reaches a membership in a tenant''s administration: as can_manage_tenant(tenant_id), and a user session its own. Never NULL.';

CREATE FUNCTION @extschema@.can_access_business_row(business_id uuid, tenant_id uuid) RETURNS boolean
    LANGUAGE c STABLE LEAKPROOF PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.can_access_business_row(uuid, uuid) IS
'Whether the session reaches the row of a business in businesses: admin all, business itself, tenant its own, user where he has an active role. Never NULL.';

CREATE FUNCTION @extschema@.can_manage_business(business_id uuid, tenant_id uuid) RETURNS boolean
    LANGUAGE c STABLE LEAKPROOF PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.can_manage_business(uuid, uuid) IS
'Whether the session may change the row of a business: admin all, business itself, tenant its own. Never NULL. A policy adds can_access_tenant(tenant_id) in WITH CHECK, so that no business leaves its tenant.';

CREATE FUNCTION @extschema@.can_access_notification(business_id uuid, user_id uuid) RETURNS boolean
    LANGUAGE c STABLE LEAKPROOF PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.can_access_notification(uuid, uuid) IS
'Whether the session reaches a notification: admin all, else only those addressed to the session''s user, and in a business or tenant session only those of reached businesses or of none. Never NULL.';
