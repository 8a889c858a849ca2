-- What tenants pay for: the plans on offer, and the subscription of each tenant to one of them.

----------------------------------------------------------------------------------------- subscription_plans
CREATE TABLE @extschema@.subscription_plans (
    id                      varchar      NOT NULL,
    name                    varchar      NOT NULL,
    price                   numeric      NOT NULL DEFAULT 0,
    currency                varchar      NOT NULL DEFAULT 'USD',
    billing_interval        varchar      NOT NULL DEFAULT 'month',
    features                jsonb        NOT NULL DEFAULT '{}',
    max_businesses          integer,
    max_employees           integer,
    max_services            integer,
    max_bookings_per_month  integer,
    is_active               boolean      NOT NULL DEFAULT true,
    created_at              timestamptz  NOT NULL DEFAULT now(),
    updated_at              timestamptz  NOT NULL DEFAULT now(),

    CONSTRAINT subscription_plans_pkey PRIMARY KEY (id),
    CONSTRAINT subscription_plans_id_valid CHECK (btrim(id) <> '' AND length(id) <= 100),
    CONSTRAINT subscription_plans_name_valid CHECK (btrim(name) <> '' AND length(name) <= 200),
    CONSTRAINT subscription_plans_price_not_negative CHECK (price >= 0 AND price < 'Infinity'),
    CONSTRAINT subscription_plans_currency_is_code CHECK (currency ~ '^[A-Z]{3}$'),
    CONSTRAINT subscription_plans_billing_interval_valid CHECK (btrim(billing_interval) <> ''),
    CONSTRAINT subscription_plans_features_is_object CHECK (jsonb_typeof(features) = 'object'),
    CONSTRAINT subscription_plans_limits_not_negative CHECK (max_businesses >= 0 AND max_employees >= 0
                                                             AND max_services >= 0 AND max_bookings_per_month >= 0)
);
ALTER TABLE @extschema@.subscription_plans ENABLE ROW LEVEL SECURITY;

COMMENT ON TABLE  @extschema@.subscription_plans                        IS 'The plans that a tenant can subscribe to. A plan in use cannot be deleted; make it inactive.';
COMMENT ON COLUMN @extschema@.subscription_plans.id                     IS 'Key, a readable name such as pro-monthly.';
COMMENT ON COLUMN @extschema@.subscription_plans.name                   IS 'Name shown to people; not blank, at most 200 characters.';
COMMENT ON COLUMN @extschema@.subscription_plans.price                  IS 'Price of one billing interval in units of currency, not negative.';
COMMENT ON COLUMN @extschema@.subscription_plans.currency               IS 'ISO 4217 code, three capital letters.';
COMMENT ON COLUMN @extschema@.subscription_plans.billing_interval       IS 'How often it is paid, in the words of the application''s payment provider, such as month or year.';
COMMENT ON COLUMN @extschema@.subscription_plans.features               IS 'What the plan includes: a JSON object of the application''s.';
COMMENT ON COLUMN @extschema@.subscription_plans.max_businesses         IS 'Most businesses of the tenant; NULL = no limit. The application enforces it.';
COMMENT ON COLUMN @extschema@.subscription_plans.max_employees          IS 'Most employees of the tenant; NULL = no limit. The application enforces it.';
COMMENT ON COLUMN @extschema@.subscription_plans.max_services           IS 'Most services of the tenant; NULL = no limit. The application enforces it.';
COMMENT ON COLUMN @extschema@.subscription_plans.max_bookings_per_month IS 'Most bookings of the tenant a month; NULL = no limit. The application enforces it.';
COMMENT ON COLUMN @extschema@.subscription_plans.is_active              IS 'On offer: everybody sees it, logged in or not.';
COMMENT ON COLUMN @extschema@.subscription_plans.created_at             IS 'When the row was written.';
COMMENT ON COLUMN @extschema@.subscription_plans.updated_at             IS 'When the row was last changed; set by trigger.';

CREATE TRIGGER subscription_plans_set_timestamp BEFORE UPDATE ON @extschema@.subscription_plans
    FOR EACH ROW EXECUTE FUNCTION @extschema@.trigger_set_timestamp();
COMMENT ON TRIGGER subscription_plans_set_timestamp ON @extschema@.subscription_plans IS 'Keeps updated_at.';

CREATE POLICY subscription_plans_select ON @extschema@.subscription_plans FOR SELECT USING (is_active OR @extschema@.can_access_plan(id::text));
COMMENT ON POLICY subscription_plans_select ON @extschema@.subscription_plans IS 'Plans on offer are public; a tenant sees the plan of its subscription, on offer or not.';
CREATE POLICY subscription_plans_insert ON @extschema@.subscription_plans FOR INSERT WITH CHECK (@extschema@.is_system_admin());
COMMENT ON POLICY subscription_plans_insert ON @extschema@.subscription_plans IS 'System administrators alone.';
CREATE POLICY subscription_plans_update ON @extschema@.subscription_plans FOR UPDATE USING (@extschema@.is_system_admin()) WITH CHECK (@extschema@.is_system_admin());
COMMENT ON POLICY subscription_plans_update ON @extschema@.subscription_plans IS 'System administrators alone.';
CREATE POLICY subscription_plans_delete ON @extschema@.subscription_plans FOR DELETE USING (@extschema@.is_system_admin());
COMMENT ON POLICY subscription_plans_delete ON @extschema@.subscription_plans IS 'System administrators alone.';

--------------------------------------------------------------------------------------- tenant_subscriptions
CREATE TABLE @extschema@.tenant_subscriptions (
    id                    uuid                         NOT NULL DEFAULT @uuid-ossp@.uuid_generate_v4(),
    tenant_id             uuid                         NOT NULL,
    plan_id               varchar                      NOT NULL,
    status                @extschema@.subscription_status_type_v1  NOT NULL DEFAULT 'active',
    trial_ends_at         timestamptz,
    current_period_start  timestamptz,
    current_period_end    timestamptz,
    cancel_at_period_end  boolean                      NOT NULL DEFAULT false,
    cancelled_at          timestamptz,
    created_at            timestamptz                  NOT NULL DEFAULT now(),
    updated_at            timestamptz                  NOT NULL DEFAULT now(),

    CONSTRAINT tenant_subscriptions_pkey PRIMARY KEY (id),
    CONSTRAINT tenant_subscriptions_tenant_key UNIQUE (tenant_id),
    CONSTRAINT tenant_subscriptions_tenant_fkey FOREIGN KEY (tenant_id) REFERENCES @extschema@.tenants (id) ON DELETE CASCADE,
    CONSTRAINT tenant_subscriptions_plan_fkey FOREIGN KEY (plan_id) REFERENCES @extschema@.subscription_plans (id) ON DELETE RESTRICT,
    CONSTRAINT tenant_subscriptions_period_end_after_start CHECK (current_period_end > current_period_start)
);
ALTER TABLE @extschema@.tenant_subscriptions ENABLE ROW LEVEL SECURITY;

COMMENT ON TABLE  @extschema@.tenant_subscriptions                      IS 'The subscriptions of tenants; each tenant has at most one.';
COMMENT ON COLUMN @extschema@.tenant_subscriptions.id                   IS 'Key.';
COMMENT ON COLUMN @extschema@.tenant_subscriptions.tenant_id            IS 'The tenant that subscribes.';
COMMENT ON COLUMN @extschema@.tenant_subscriptions.plan_id              IS 'The plan; it cannot be deleted while it is in use.';
COMMENT ON COLUMN @extschema@.tenant_subscriptions.status               IS 'State of the subscription.';
COMMENT ON COLUMN @extschema@.tenant_subscriptions.trial_ends_at        IS 'End of the trial, if there is one.';
COMMENT ON COLUMN @extschema@.tenant_subscriptions.current_period_start IS 'Start of the paid period, inclusive.';
COMMENT ON COLUMN @extschema@.tenant_subscriptions.current_period_end   IS 'End of the paid period, exclusive; after its start.';
COMMENT ON COLUMN @extschema@.tenant_subscriptions.cancel_at_period_end IS 'It ends with the current period.';
COMMENT ON COLUMN @extschema@.tenant_subscriptions.cancelled_at         IS 'When it was cancelled.';
COMMENT ON COLUMN @extschema@.tenant_subscriptions.created_at           IS 'When the row was written.';
COMMENT ON COLUMN @extschema@.tenant_subscriptions.updated_at           IS 'When the row was last changed; set by trigger.';

CREATE INDEX tenant_subscriptions_plan_idx ON @extschema@.tenant_subscriptions (plan_id);
COMMENT ON INDEX @extschema@.tenant_subscriptions_plan_idx IS 'The subscribers of a plan; deleting a plan.';
CREATE INDEX tenant_subscriptions_status_period_end_idx ON @extschema@.tenant_subscriptions (status, current_period_end);
COMMENT ON INDEX @extschema@.tenant_subscriptions_status_period_end_idx IS 'Subscriptions that are due for renewal.';

CREATE TRIGGER tenant_subscriptions_set_timestamp BEFORE UPDATE ON @extschema@.tenant_subscriptions
    FOR EACH ROW EXECUTE FUNCTION @extschema@.trigger_set_timestamp();
COMMENT ON TRIGGER tenant_subscriptions_set_timestamp ON @extschema@.tenant_subscriptions IS 'Keeps updated_at.';

CREATE POLICY tenant_subscriptions_select ON @extschema@.tenant_subscriptions FOR SELECT USING (@extschema@.can_access_tenant(tenant_id));
COMMENT ON POLICY tenant_subscriptions_select ON @extschema@.tenant_subscriptions IS 'The tenant and its businesses.';
CREATE POLICY tenant_subscriptions_insert ON @extschema@.tenant_subscriptions FOR INSERT WITH CHECK (@extschema@.is_system_admin());
COMMENT ON POLICY tenant_subscriptions_insert ON @extschema@.tenant_subscriptions IS 'System administrators alone.';
CREATE POLICY tenant_subscriptions_update ON @extschema@.tenant_subscriptions FOR UPDATE USING (@extschema@.is_system_admin()) WITH CHECK (@extschema@.is_system_admin());
COMMENT ON POLICY tenant_subscriptions_update ON @extschema@.tenant_subscriptions IS 'System administrators alone.';
CREATE POLICY tenant_subscriptions_delete ON @extschema@.tenant_subscriptions FOR DELETE USING (@extschema@.is_system_admin());
COMMENT ON POLICY tenant_subscriptions_delete ON @extschema@.tenant_subscriptions IS 'System administrators alone.';
