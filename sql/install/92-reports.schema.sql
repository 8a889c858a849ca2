-- Reports: the materialized view business_stats, and the view through which applications read it.

CREATE MATERIALIZED VIEW @extschema@.business_stats AS SELECT s.* FROM @extschema@.bookmeatoz_all_figures() s;

COMMENT ON MATERIALIZED VIEW @extschema@.business_stats IS 'Figures of all businesses, one row for each month that has a booking, as of the last refresh_business_stats(). No role of an application may read it, because row security cannot protect it: they read accessible_business_stats.';
COMMENT ON COLUMN @extschema@.business_stats.business_id        IS 'The business.';
COMMENT ON COLUMN @extschema@.business_stats.month              IS 'The first day of the month. A booking belongs to the month of the local date on which it starts, in the time zone of the business, whole. A hold counts in no figure, an overbooked booking like any other.';
COMMENT ON COLUMN @extschema@.business_stats.bookings           IS 'All bookings, whatever their status.';
COMMENT ON COLUMN @extschema@.business_stats.bookings_by_status IS 'How many of each status that occurs: {"completed": 12, "cancelled": 1}.';
COMMENT ON COLUMN @extschema@.business_stats.booked_minutes     IS 'The time of the bookings but cancelled, rejected and no_show ones, from start to end, without buffers. The seats of one session count once.';
COMMENT ON COLUMN @extschema@.business_stats.working_minutes    IS 'The working time, by weekly hours, seasons, overrides and closures as they are stored at the refresh: of the active employees, and of others who have such a booking in the month; of the business itself where it has no employees.';
COMMENT ON COLUMN @extschema@.business_stats.revenue            IS 'The prices of the completed bookings, as frozen in them, for each currency: {"EUR": 480.00}. XXX is for prices without a currency.';
COMMENT ON COLUMN @extschema@.business_stats.customers          IS 'The different customers with a booking that is not cancelled, rejected or no_show.';
COMMENT ON COLUMN @extschema@.business_stats.new_customers      IS 'Those of them whose first such booking in the business starts in this month.';
COMMENT ON COLUMN @extschema@.business_stats.cancellations      IS 'The bookings with status cancelled.';
COMMENT ON COLUMN @extschema@.business_stats.no_shows           IS 'The bookings with status no_show.';
COMMENT ON COLUMN @extschema@.business_stats.median_lead_time   IS 'Of all bookings, the time from created_at to start_time, of which half are no longer.';

CREATE UNIQUE INDEX business_stats_business_month_key ON @extschema@.business_stats (business_id, month);
COMMENT ON INDEX @extschema@.business_stats_business_month_key IS 'The months of a business; REFRESH MATERIALIZED VIEW CONCURRENTLY needs it.';

CREATE VIEW @extschema@.accessible_business_stats WITH (security_barrier) AS
    SELECT s.* FROM @extschema@.business_stats s WHERE @extschema@.can_access_business(s.business_id);

COMMENT ON VIEW @extschema@.accessible_business_stats IS 'The rows of business_stats that the session context shows: those of its business, or of the businesses of its tenant. Its columns are described there.';
