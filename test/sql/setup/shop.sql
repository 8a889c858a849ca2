-- A shop in UTC that is always open: employees eva and finn, a service cut of an hour at 30 EUR (eva takes 35), customers carol and dave.
INSERT INTO tenants (name, subdomain) VALUES ('Shop', 'the-shop') RETURNING id AS tenant \gset
INSERT INTO businesses (tenant_id, name, slug, timezone, currency) VALUES (:'tenant', 'Shop', 'the-shop', 'UTC', 'EUR') RETURNING id AS shop \gset
INSERT INTO users (email, password_hash) VALUES ('eva@shop.example', 'x') RETURNING id AS eva_user \gset
INSERT INTO users (email, password_hash) VALUES ('finn@shop.example', 'x') RETURNING id AS finn_user \gset
INSERT INTO employees (id, business_id, user_id, employment_status) VALUES ('00000000-0000-4000-8000-00000000e001', :'shop', :'eva_user', 'active') RETURNING id AS eva \gset
INSERT INTO employees (id, business_id, user_id, employment_status) VALUES ('00000000-0000-4000-8000-00000000e002', :'shop', :'finn_user', 'active') RETURNING id AS finn \gset
INSERT INTO working_hours (business_id, day_of_week, start_time, end_time) SELECT :'shop', day, '00:00', '24:00' FROM generate_series(0, 6) day;
INSERT INTO services (business_id, name, duration, price) VALUES (:'shop', 'Cut', 60, 30) RETURNING id AS cut \gset
INSERT INTO employee_services (employee_id, service_id, price) VALUES (:'eva', :'cut', 35), (:'finn', :'cut', NULL);
INSERT INTO customers (business_id, name) VALUES (:'shop', 'Carol') RETURNING id AS carol \gset
INSERT INTO customers (business_id, name) VALUES (:'shop', 'Dave') RETURNING id AS dave \gset
CREATE TEMP VIEW diary AS
    SELECT to_char(b.start_time, 'DD HH24:MI') AS start, to_char(b.end_time, 'HH24:MI') AS "end", split_part(u.email, '@', 1) AS employee, c.name AS customer,
           b.status, b.hold_expires_at IS NOT NULL AS hold
      FROM bookings b LEFT JOIN employees e ON e.id = b.employee_id LEFT JOIN users u ON u.id = e.user_id LEFT JOIN customers c ON c.id = b.customer_id
     ORDER BY b.start_time, employee, b.created_at, b.id;
