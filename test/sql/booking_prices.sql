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
ROLLBACK;
