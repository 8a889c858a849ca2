-- busy_range(): the value of bookings.busy, and each of its errors.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS bookmeatoz CASCADE;
SET TimeZone = 'UTC';
SET DateStyle = 'ISO, YMD';
\pset null NULL

-- Each argument in turn as NULL.
SELECT bool_and(busy_range(CASE WHEN n <> 1 THEN timestamptz '2030-01-01 10:00' END, CASE WHEN n <> 2 THEN timestamptz '2030-01-01 11:00' END,
                           CASE WHEN n <> 3 THEN 5 END, CASE WHEN n <> 4 THEN 10 END) IS NULL) AS null_of_null
FROM generate_series(1, 4) n;

-- Infinite bounds stay; an end before the start is empty, whatever the buffers.
SELECT busy_range('-infinity', 'infinity', 2147483647, 2147483647) AS all_time,
       busy_range('-infinity', '2030-01-01 11:00', 5, 10) AS until, busy_range('2030-01-01 10:00', 'infinity', 5, 10) AS from,
       busy_range('infinity', '-infinity', 1, 1) AS reversed, busy_range('infinity', 'infinity', 1, 1) AS never;
SELECT busy_range('2030-01-01 11:00', '2030-01-01 10:00', 0, 0) AS before, busy_range('2030-01-01 11:00', '2030-01-01 10:00', 120, 120) AS with_buffers,
       busy_range('2030-01-01 11:00', '2030-01-01 11:00', 0, 0) AS nothing, busy_range('2030-01-01 11:00', '2030-01-01 11:00', 5, 0) AS buffer_alone;

-- Negative and huge buffers are added as they are.
SELECT busy_range('2030-01-01 10:00', '2030-01-01 12:00', -30, -30) AS shorter, busy_range('2030-01-01 10:00', '2030-01-01 12:00', -60, -60) AS nothing,
       busy_range('2030-01-01 10:00', '2030-01-01 12:00', 2147483647, 2147483647) AS huge;

-- What each error is, as its SQLSTATE and its message.
CREATE FUNCTION pg_temp.error_of(start_time timestamptz, end_time timestamptz, before integer, after integer) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    RETURN busy_range(start_time, end_time, before, after)::text;
EXCEPTION WHEN OTHERS THEN
    RETURN SQLSTATE || ' ' || SQLERRM;
END $$;
SELECT what, pg_temp.error_of(start_time, end_time, before, after) FROM (VALUES
    ('earliest',                  timestamptz '4714-11-24 00:00 BC', timestamptz '2030-01-01',              0, 0),
    ('start out of range',        '4714-11-24 00:00 BC',             '2030-01-01',                          1, 0),
    ('start moved behind end',    '2030-01-01',                      '2030-01-02',                         -2147483648, 0),
    ('end out of range',          '2030-01-01',                      '294276-12-31 23:59',                  0, 1),
    ('end out of range, before',  '2030-01-01',                      '4714-11-24 00:00 BC',                 0, -1),
    ('start out of range, after', '294276-12-31 23:59',              '294276-12-31 23:59',                 -1, 0),
    ('huge and out of range',     '2000-01-01',                      '294276-01-01',                        0, 2147483647),
    ('empty and out of range',    '2030-01-01',                      '4714-11-24 00:00 BC',                 0, -2147483648),
    ('start just behind end',     '2030-01-01 10:00',                '2030-01-01 11:00',                   -61, 0),
    ('end moved before start',    '2030-01-01 10:00',                '2030-01-01 11:00',                    0, -61),
    ('start behind infinity',     'infinity',                        'infinity',                           -1, -1)
) cases (what, start_time, end_time, before, after);

-- The comment names them.
SELECT obj_description('busy_range(timestamptz, timestamptz, integer, integer)'::regprocedure) ~ 'NULL where.*Errors:.*22008.*22000' AS documented;

-- Values of the table cannot come there: buffers have bounds.
SELECT conname FROM pg_constraint WHERE conrelid = 'bookings'::regclass AND contype = 'c' AND pg_get_constraintdef(oid) ~ 'buffer' ORDER BY 1;
