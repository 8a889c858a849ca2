-- S20: price and currency are frozen in the booking, whoever writes it: what the employee takes, else the service's, unless given.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS bookmeatoz CASCADE;
RESET client_min_messages;
\getenv abs_srcdir PG_ABS_SRCDIR
\set shop :abs_srcdir '/sql/setup/shop.sql'
\set verdict :abs_srcdir '/sql/setup/verdict.sql'
SET TimeZone = 'UTC';
SET DateStyle = 'ISO, YMD';
BEGIN;
\set ECHO none
\i :shop
\i :verdict
\set ECHO all
\set put 'INSERT INTO bookings (business_id, customer_id, service_id, employee_id, start_time) VALUES (\'' :shop '\', \'' :carol '\', \'' :cut '\', '
:put :'eva', '2040-01-02 10:00') RETURNING price, currency;
:put :'finn', '2040-01-02 10:00') RETURNING price, currency;
:put NULL, '2040-01-02 10:00') RETURNING price, currency;
SELECT FROM book_slot(:'cut', '2040-01-02 11:00', :'carol', :'eva');
SELECT FROM hold_slot(:'cut', '2040-01-02 12:00', :'finn');
SELECT start_time, price, currency FROM bookings WHERE start_time > '2040-01-02 10:00' ORDER BY start_time;
-- Given ones stay, also where the rest is given too.
INSERT INTO bookings (business_id, customer_id, service_id, start_time, price, currency) VALUES (:'shop', :'carol', :'cut', '2040-01-03 10:00', 0, 'USD') RETURNING price, currency;
INSERT INTO bookings (business_id, customer_id, service_id, start_time, price) VALUES (:'shop', :'carol', :'cut', '2040-01-03 10:00', 12.5) RETURNING price, currency;
INSERT INTO bookings (business_id, customer_id, service_id, employee_id, start_time, end_time, buffer_before_minutes, buffer_after_minutes)
    VALUES (:'shop', :'carol', :'cut', :'eva', '2040-01-03 10:00', '2040-01-03 11:00', 0, 0) RETURNING id AS booking, price, currency \gset
SELECT :'price' AS price, :'currency' AS currency;
-- Frozen: another price of the service, another employee, another time.
UPDATE services SET price = 99, currency = 'CHF' WHERE id = :'cut';
UPDATE employee_services SET price = 100 WHERE service_id = :'cut';
UPDATE bookings SET employee_id = :'finn', start_time = start_time + interval '1 day', end_time = end_time + interval '1 day' WHERE id = :'booking' RETURNING price, currency;
SELECT FROM reschedule_booking(:'booking', '2040-01-05 10:00', :'eva');
SELECT price, currency FROM bookings WHERE id = :'booking';
-- NULL takes what holds now.
UPDATE bookings SET price = NULL WHERE id = :'booking' RETURNING price, currency;
UPDATE bookings SET currency = NULL, price = 7 WHERE id = :'booking' RETURNING price, currency;
-- Who may not see the service leaves none of it out: neither the buffers nor the price. A row that no policy lets in is refused by it.
CREATE ROLE regress_prices_app;
SELECT bookmeatoz_grant_app_role('regress_prices_app');
CREATE POLICY hidden ON services AS RESTRICTIVE FOR SELECT TO regress_prices_app USING (false);
INSERT INTO businesses (tenant_id, name, slug) VALUES (:'tenant', 'Other', 'other') RETURNING id AS other \gset
SET ROLE regress_prices_app;
SELECT set_session_context(NULL, :'shop', NULL);
SELECT left_out, pg_temp.tried(format('INSERT INTO bookings (business_id, customer_id, service_id, start_time, end_time, buffer_before_minutes, buffer_after_minutes, price, currency)
    VALUES (%L, %L, %L, %L, %L, %s)', business, :'carol', :'cut', '2040-01-09 10:00', '2040-01-09 11:00', rest))
  FROM (VALUES ('nothing', :'shop', '0, 0, 5, ''EUR'''), ('buffers', :'shop', 'NULL, NULL, 5, ''EUR'''), ('price', :'shop', '0, 0, NULL, ''EUR'''), ('currency', :'shop', '0, 0, 5, NULL'),
    ('price, in another business', :'other', '0, 0, NULL, NULL')) v (left_out, business, rest);
SELECT pg_temp.tried(format('UPDATE bookings SET price = NULL WHERE id = %L', :'booking'));
ROLLBACK;
