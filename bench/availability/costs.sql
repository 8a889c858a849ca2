-- The function of costs.cpp, in the schema of bookmeatoz, where its tables are. Variable costs: the module.
-- What find_available_slots() costs with the other arguments, by layer, each the median of the rounds (1 to 100,000) in microseconds of
-- CPU time: configuration (service, business, employees and hours), bookings (with overrides), computation of the slots. What a call takes
-- beyond them is the server's and the result's.

CREATE FUNCTION availability_costs(
    service_id            uuid,
    from_time             timestamptz,
    to_time               timestamptz,
    employee_id           uuid        DEFAULT NULL,
    slot_interval_minutes integer     DEFAULT NULL,
    exclude_booking_id    uuid        DEFAULT NULL,
    as_of                 timestamptz DEFAULT now(),
    rounds                integer     DEFAULT 100)
RETURNS TABLE (layer text, microseconds double precision)
LANGUAGE C VOLATILE COST 100000 ROWS 3 AS :'costs', 'availability_costs';
