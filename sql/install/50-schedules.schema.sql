-- When people work: weekly working hours and the exceptions to them, of one employee or of a whole business. How both become working time: S1 to S5.

---------------------------------------------------------------------------------------------- working_hours
CREATE TABLE @extschema@.working_hours (
    id           uuid         NOT NULL DEFAULT @uuid-ossp@.uuid_generate_v4(),
    employee_id  uuid,
    business_id  uuid,
    day_of_week  smallint     NOT NULL,
    start_time   time,
    end_time     time,
    is_off       boolean      NOT NULL DEFAULT false,
    valid_from   date,
    valid_to     date,
    created_at   timestamptz  NOT NULL DEFAULT now(),
    updated_at   timestamptz  NOT NULL DEFAULT now(),

    CONSTRAINT working_hours_pkey PRIMARY KEY (id),
    CONSTRAINT working_hours_business_fkey FOREIGN KEY (business_id) REFERENCES @extschema@.businesses (id) ON DELETE CASCADE,
    CONSTRAINT working_hours_employee_fkey FOREIGN KEY (business_id, employee_id)
        REFERENCES @extschema@.employees (business_id, id) ON DELETE CASCADE,
    CONSTRAINT working_hours_names_business CHECK (business_id IS NOT NULL),
    CONSTRAINT working_hours_day_of_week_in_range CHECK (day_of_week BETWEEN 0 AND 6),
    CONSTRAINT working_hours_times_unless_off CHECK (is_off OR (start_time IS NOT NULL AND end_time IS NOT NULL)),
    CONSTRAINT working_hours_end_after_start CHECK (is_off OR end_time > start_time),
    CONSTRAINT working_hours_valid_dates_in_order CHECK (valid_from <= valid_to),
    CONSTRAINT working_hours_finite_valid_dates CHECK (isfinite(valid_from) AND isfinite(valid_to))
);
ALTER TABLE @extschema@.working_hours ENABLE ROW LEVEL SECURITY;

COMMENT ON TABLE  @extschema@.working_hours             IS 'Weekly shifts of an employee, or of the business as the default of those who have none of their own (S1). Any number a day.';
COMMENT ON COLUMN @extschema@.working_hours.id          IS 'Key.';
COMMENT ON COLUMN @extschema@.working_hours.employee_id IS 'Whose shift it is; NULL for the business''s default.';
COMMENT ON COLUMN @extschema@.working_hours.business_id IS 'The business; the employee''s when it is not given. Never NULL in a stored row.';
COMMENT ON COLUMN @extschema@.working_hours.day_of_week IS 'Day on which the shift starts, 0 = Sunday to 6 = Saturday.';
COMMENT ON COLUMN @extschema@.working_hours.start_time  IS 'Start in the business''s local time; may be NULL only where is_off.';
COMMENT ON COLUMN @extschema@.working_hours.end_time    IS 'End in the business''s local time, after start_time, at most 24:00 (S3); may be NULL only where is_off.';
COMMENT ON COLUMN @extschema@.working_hours.is_off      IS 'The row gives no working time, whatever its times (S2).';
COMMENT ON COLUMN @extschema@.working_hours.valid_from  IS 'First local date on which the row holds, of a season say (S1); NULL: since ever.';
COMMENT ON COLUMN @extschema@.working_hours.valid_to    IS 'Last local date on which the row holds, included (S1); NULL: for ever.';
COMMENT ON COLUMN @extschema@.working_hours.created_at  IS 'When the row was written.';
COMMENT ON COLUMN @extschema@.working_hours.updated_at  IS 'When the row was last changed; set by trigger.';
COMMENT ON CONSTRAINT working_hours_names_business ON @extschema@.working_hours IS 'A row names an employee, a business or both; an employee''s business is filled in first.';

CREATE INDEX working_hours_employee_idx ON @extschema@.working_hours (employee_id, day_of_week)
    INCLUDE (start_time, end_time, is_off, business_id, valid_from, valid_to);
COMMENT ON INDEX @extschema@.working_hours_employee_idx IS 'The week of an employee, with all that the search needs (read by index alone).';
CREATE INDEX working_hours_business_idx ON @extschema@.working_hours (business_id, day_of_week);
COMMENT ON INDEX @extschema@.working_hours_business_idx IS 'All hours of a business, as its policies ask for them.';
CREATE INDEX working_hours_business_default_idx ON @extschema@.working_hours (business_id)
    INCLUDE (day_of_week, start_time, end_time, is_off, valid_from, valid_to) WHERE employee_id IS NULL;
COMMENT ON INDEX @extschema@.working_hours_business_default_idx IS 'The default week of a business, with all that the search needs.';

CREATE TRIGGER working_hours_explain_night BEFORE INSERT OR UPDATE OF start_time, end_time, is_off ON @extschema@.working_hours
    FOR EACH ROW WHEN (NOT NEW.is_off AND NEW.end_time <= NEW.start_time) EXECUTE FUNCTION @extschema@.trigger_explain_night();
COMMENT ON TRIGGER working_hours_explain_night ON @extschema@.working_hours IS 'Refuses what working_hours_end_after_start refuses, and says what to write instead.';
CREATE TRIGGER working_hours_fill_business BEFORE INSERT OR UPDATE OF business_id ON @extschema@.working_hours
    FOR EACH ROW WHEN (NEW.business_id IS NULL) EXECUTE FUNCTION @extschema@.trigger_fill_business_id();
COMMENT ON TRIGGER working_hours_fill_business ON @extschema@.working_hours IS 'A row without a business takes its employee''s.';
CREATE TRIGGER working_hours_set_timestamp BEFORE UPDATE ON @extschema@.working_hours
    FOR EACH ROW EXECUTE FUNCTION @extschema@.trigger_set_timestamp();
COMMENT ON TRIGGER working_hours_set_timestamp ON @extschema@.working_hours IS 'Keeps updated_at.';

CREATE POLICY working_hours_select ON @extschema@.working_hours FOR SELECT USING (@extschema@.can_access_business(business_id));
COMMENT ON POLICY working_hours_select ON @extschema@.working_hours IS 'The business and its tenant.';
CREATE POLICY working_hours_insert ON @extschema@.working_hours FOR INSERT WITH CHECK (@extschema@.can_access_business(business_id));
COMMENT ON POLICY working_hours_insert ON @extschema@.working_hours IS 'The business and its tenant.';
CREATE POLICY working_hours_update ON @extschema@.working_hours FOR UPDATE
    USING (@extschema@.can_access_business(business_id)) WITH CHECK (@extschema@.can_access_business(business_id));
COMMENT ON POLICY working_hours_update ON @extschema@.working_hours IS 'The business and its tenant.';
CREATE POLICY working_hours_delete ON @extschema@.working_hours FOR DELETE USING (@extschema@.can_access_business(business_id));
COMMENT ON POLICY working_hours_delete ON @extschema@.working_hours IS 'The business and its tenant.';

---------------------------------------------------------------------------- employee_availability_overrides
CREATE TABLE @extschema@.employee_availability_overrides (
    id              uuid         NOT NULL DEFAULT @uuid-ossp@.uuid_generate_v4(),
    employee_id     uuid         NOT NULL,
    business_id     uuid         NOT NULL DEFAULT '00000000-0000-0000-0000-000000000000',
    start_time      timestamptz  NOT NULL,
    end_time        timestamptz  NOT NULL,
    is_unavailable  boolean      NOT NULL DEFAULT true,
    reason          text,
    created_at      timestamptz  NOT NULL DEFAULT now(),
    updated_at      timestamptz  NOT NULL DEFAULT now(),

    CONSTRAINT employee_availability_overrides_pkey PRIMARY KEY (id),
    CONSTRAINT employee_availability_overrides_employee_fkey FOREIGN KEY (business_id, employee_id)
        REFERENCES @extschema@.employees (business_id, id) ON DELETE CASCADE,
    CONSTRAINT employee_availability_overrides_end_after_start CHECK (end_time > start_time),
    CONSTRAINT employee_availability_overrides_finite_times CHECK (isfinite(start_time) AND isfinite(end_time))
);
ALTER TABLE @extschema@.employee_availability_overrides ENABLE ROW LEVEL SECURITY;

COMMENT ON TABLE  @extschema@.employee_availability_overrides                IS 'Exceptions to an employee''s weekly hours: leave, or extra time (S5).';
COMMENT ON COLUMN @extschema@.employee_availability_overrides.id             IS 'Key.';
COMMENT ON COLUMN @extschema@.employee_availability_overrides.employee_id    IS 'Whose time it is.';
COMMENT ON COLUMN @extschema@.employee_availability_overrides.business_id    IS 'The employee''s business; filled in when it is not given.';
COMMENT ON COLUMN @extschema@.employee_availability_overrides.start_time     IS 'Start, inclusive; finite.';
COMMENT ON COLUMN @extschema@.employee_availability_overrides.end_time       IS 'End, exclusive; after start_time, finite.';
COMMENT ON COLUMN @extschema@.employee_availability_overrides.is_unavailable IS 'true: no work in this time; false: work in addition to the weekly hours. Where both are given, unavailable wins (S5).';
COMMENT ON COLUMN @extschema@.employee_availability_overrides.reason         IS 'Why, for people.';
COMMENT ON COLUMN @extschema@.employee_availability_overrides.created_at     IS 'When the row was written.';
COMMENT ON COLUMN @extschema@.employee_availability_overrides.updated_at     IS 'When the row was last changed; set by trigger.';

-- By the end: an exception may be of any length, so that only its end bounds the past that a search must read.
CREATE INDEX employee_availability_overrides_employee_end_idx ON @extschema@.employee_availability_overrides (employee_id, end_time)
    INCLUDE (start_time, is_unavailable, business_id);
COMMENT ON INDEX @extschema@.employee_availability_overrides_employee_end_idx IS 'An employee''s exceptions in the order of time, with all that the search needs.';
CREATE INDEX employee_availability_overrides_business_start_idx ON @extschema@.employee_availability_overrides (business_id, start_time);
COMMENT ON INDEX @extschema@.employee_availability_overrides_business_start_idx IS 'A business''s exceptions in the order of time: its calendar.';

CREATE TRIGGER employee_availability_overrides_fill_business BEFORE INSERT OR UPDATE OF business_id ON @extschema@.employee_availability_overrides
    FOR EACH ROW WHEN (NEW.business_id IS NULL OR NEW.business_id = '00000000-0000-0000-0000-000000000000') EXECUTE FUNCTION @extschema@.trigger_fill_business_id();
COMMENT ON TRIGGER employee_availability_overrides_fill_business ON @extschema@.employee_availability_overrides IS 'A row without a business takes its employee''s.';
CREATE TRIGGER employee_availability_overrides_set_timestamp BEFORE UPDATE ON @extschema@.employee_availability_overrides
    FOR EACH ROW EXECUTE FUNCTION @extschema@.trigger_set_timestamp();
COMMENT ON TRIGGER employee_availability_overrides_set_timestamp ON @extschema@.employee_availability_overrides IS 'Keeps updated_at.';

CREATE POLICY employee_availability_overrides_select ON @extschema@.employee_availability_overrides FOR SELECT USING (@extschema@.can_access_business(business_id));
COMMENT ON POLICY employee_availability_overrides_select ON @extschema@.employee_availability_overrides IS 'The business and its tenant.';
CREATE POLICY employee_availability_overrides_insert ON @extschema@.employee_availability_overrides FOR INSERT WITH CHECK (@extschema@.can_access_business(business_id));
COMMENT ON POLICY employee_availability_overrides_insert ON @extschema@.employee_availability_overrides IS 'The business and its tenant.';
CREATE POLICY employee_availability_overrides_update ON @extschema@.employee_availability_overrides FOR UPDATE
    USING (@extschema@.can_access_business(business_id)) WITH CHECK (@extschema@.can_access_business(business_id));
COMMENT ON POLICY employee_availability_overrides_update ON @extschema@.employee_availability_overrides IS 'The business and its tenant.';
CREATE POLICY employee_availability_overrides_delete ON @extschema@.employee_availability_overrides FOR DELETE USING (@extschema@.can_access_business(business_id));
COMMENT ON POLICY employee_availability_overrides_delete ON @extschema@.employee_availability_overrides IS 'The business and its tenant.';

---------------------------------------------------------------------------- business_availability_overrides
CREATE TABLE @extschema@.business_availability_overrides (
    id              uuid         NOT NULL DEFAULT @uuid-ossp@.uuid_generate_v4(),
    business_id     uuid         NOT NULL,
    start_time      timestamptz  NOT NULL,
    end_time        timestamptz  NOT NULL,
    is_unavailable  boolean      NOT NULL DEFAULT true,
    reason          text,
    created_at      timestamptz  NOT NULL DEFAULT now(),
    updated_at      timestamptz  NOT NULL DEFAULT now(),

    CONSTRAINT business_availability_overrides_pkey PRIMARY KEY (id),
    CONSTRAINT business_availability_overrides_business_fkey FOREIGN KEY (business_id)
        REFERENCES @extschema@.businesses (id) ON DELETE CASCADE,
    CONSTRAINT business_availability_overrides_end_after_start CHECK (end_time > start_time),
    CONSTRAINT business_availability_overrides_finite_times CHECK (isfinite(start_time) AND isfinite(end_time))
);
ALTER TABLE @extschema@.business_availability_overrides ENABLE ROW LEVEL SECURITY;

COMMENT ON TABLE  @extschema@.business_availability_overrides                IS 'Exceptions to the hours of a whole business: holidays and closures, which hold for everybody who works there, and special openings (S5).';
COMMENT ON COLUMN @extschema@.business_availability_overrides.id             IS 'Key.';
COMMENT ON COLUMN @extschema@.business_availability_overrides.business_id    IS 'The business that closes or opens.';
COMMENT ON COLUMN @extschema@.business_availability_overrides.start_time     IS 'Start, inclusive; finite.';
COMMENT ON COLUMN @extschema@.business_availability_overrides.end_time       IS 'End, exclusive; after start_time, finite.';
COMMENT ON COLUMN @extschema@.business_availability_overrides.is_unavailable IS 'true: closed, nobody works, whatever else is given; false: open in addition to the weekly hours, for those who follow the business''s hours on the date on which it starts (S5).';
COMMENT ON COLUMN @extschema@.business_availability_overrides.reason         IS 'Why, for people.';
COMMENT ON COLUMN @extschema@.business_availability_overrides.created_at     IS 'When the row was written.';
COMMENT ON COLUMN @extschema@.business_availability_overrides.updated_at     IS 'When the row was last changed; set by trigger.';

-- By the end, as those of employees.
CREATE INDEX business_availability_overrides_business_end_idx ON @extschema@.business_availability_overrides (business_id, end_time)
    INCLUDE (start_time, is_unavailable);
COMMENT ON INDEX @extschema@.business_availability_overrides_business_end_idx IS 'A business''s exceptions in the order of time, with all that the search needs; deleting a business.';

CREATE TRIGGER business_availability_overrides_set_timestamp BEFORE UPDATE ON @extschema@.business_availability_overrides
    FOR EACH ROW EXECUTE FUNCTION @extschema@.trigger_set_timestamp();
COMMENT ON TRIGGER business_availability_overrides_set_timestamp ON @extschema@.business_availability_overrides IS 'Keeps updated_at.';

CREATE POLICY business_availability_overrides_select ON @extschema@.business_availability_overrides FOR SELECT USING (@extschema@.can_access_business(business_id));
COMMENT ON POLICY business_availability_overrides_select ON @extschema@.business_availability_overrides IS 'The business and its tenant.';
CREATE POLICY business_availability_overrides_insert ON @extschema@.business_availability_overrides FOR INSERT WITH CHECK (@extschema@.can_access_business(business_id));
COMMENT ON POLICY business_availability_overrides_insert ON @extschema@.business_availability_overrides IS 'The business and its tenant.';
CREATE POLICY business_availability_overrides_update ON @extschema@.business_availability_overrides FOR UPDATE
    USING (@extschema@.can_access_business(business_id)) WITH CHECK (@extschema@.can_access_business(business_id));
COMMENT ON POLICY business_availability_overrides_update ON @extschema@.business_availability_overrides IS 'The business and its tenant.';
CREATE POLICY business_availability_overrides_delete ON @extschema@.business_availability_overrides FOR DELETE USING (@extschema@.can_access_business(business_id));
COMMENT ON POLICY business_availability_overrides_delete ON @extschema@.business_availability_overrides IS 'The business and its tenant.';
