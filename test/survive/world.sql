-- Many bookings of all employees, and rows in every table of ours. Read by survive.py after ../restore/rows.sql, as the owner of the data.

INSERT INTO bookings (business_id, customer_id, service_id, employee_id, start_time, status, notes)
SELECT e.business_id, c.id, s.id, e.id, '2031-01-06 14:00+00'::timestamptz + n * interval '2 hours', (ARRAY['confirmed', 'cancelled', 'completed'])[1 + n % 3]::booking_status_type_v1, 'note ' || n
FROM employees e JOIN customers c USING (business_id) JOIN services s USING (business_id), generate_series(1, :hours) AS n;
SELECT count(*) FROM bookmeatoz_maintain() \gset
