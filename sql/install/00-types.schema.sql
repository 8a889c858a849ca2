-- The status types. An application may append labels of its own by ALTER TYPE ... ADD VALUE. The labels here must keep their
-- meaning: policies, the booking guard and the search name them.

CREATE TYPE @extschema@.tenant_status_type_v1 AS ENUM ('active', 'inactive', 'suspended');
COMMENT ON TYPE @extschema@.tenant_status_type_v1 IS 'State of a tenant account.';

CREATE TYPE @extschema@.business_status_type_v1 AS ENUM ('active', 'inactive', 'suspended', 'pending_setup');
COMMENT ON TYPE @extschema@.business_status_type_v1 IS 'State of a business; only an active one offers slots (S12).';

CREATE TYPE @extschema@.service_status_type_v1 AS ENUM ('active', 'inactive', 'archived');
COMMENT ON TYPE @extschema@.service_status_type_v1 IS 'State of a service; only an active one can be booked (S12).';

CREATE TYPE @extschema@.booking_status_type_v1 AS ENUM ('pending', 'confirmed', 'cancelled', 'completed', 'rejected', 'no_show');
COMMENT ON TYPE @extschema@.booking_status_type_v1 IS 'State of a booking; pending, confirmed and completed occupy time, the others do not (S11).';

CREATE TYPE @extschema@.user_status_type_v1 AS ENUM ('active', 'inactive', 'suspended', 'pending_verification', 'invited');
COMMENT ON TYPE @extschema@.user_status_type_v1 IS 'State of a user account.';

CREATE TYPE @extschema@.customer_status_type_v1 AS ENUM ('active', 'inactive', 'blacklisted');
COMMENT ON TYPE @extschema@.customer_status_type_v1 IS 'State of a customer record within its business.';

CREATE TYPE @extschema@.subscription_status_type_v1 AS ENUM ('active', 'inactive', 'past_due', 'cancelled', 'trialing', 'paused');
COMMENT ON TYPE @extschema@.subscription_status_type_v1 IS 'State of a tenant''s subscription.';

CREATE TYPE @extschema@.employee_status_type_v1 AS ENUM ('active', 'inactive', 'terminated', 'pending_onboarding');
COMMENT ON TYPE @extschema@.employee_status_type_v1 IS 'State of an employment; only an active employee can be booked (S12).';

CREATE TYPE @extschema@.user_business_role_status_type_v1 AS ENUM ('active', 'pending', 'revoked');
COMMENT ON TYPE @extschema@.user_business_role_status_type_v1 IS 'State of a role that a user holds in a business; only an active one counts.';
