-- A sample to look at and play with: two tenants with five businesses in four time zones, staff, customers, and the
-- bookings of last week and the next three. Dates follow today, everything else is the same in every run.
-- Run it once, as the owner of the tables, in a database with bookmeatoz. ./dev demo does; so may you: psql -f demo/sample.sql

SET client_encoding = 'UTF8';
BEGIN;
SELECT setseed(0.42) \g /dev/null

-- Ids are hashes of names, so that they do not change from run to run.
CREATE FUNCTION pg_temp.id_of(name text) RETURNS uuid LANGUAGE sql AS $$ SELECT uuid_generate_v5(uuid_ns_dns(), name) $$;
CREATE FUNCTION pg_temp.mailbox(name text) RETURNS text LANGUAGE sql AS $$
    SELECT replace(translate(lower(name), 'äöüßé''', 'aouse'), ' ', '.') $$;


---- Tenants and their businesses

INSERT INTO subscription_plans (id, name, price, currency, max_businesses, max_employees) VALUES
    ('team-monthly',  'Team',  49, 'EUR', 3,    25),
    ('chain-monthly', 'Chain', 199, 'EUR', NULL, NULL);

INSERT INTO tenants (id, name, subdomain) VALUES
    (pg_temp.id_of('linden'),  'Linden Group', 'linden'),
    (pg_temp.id_of('everest'), 'Everest Care', 'everest');

INSERT INTO tenant_subscriptions (tenant_id, plan_id, current_period_start, current_period_end) VALUES
    (pg_temp.id_of('linden'),  'team-monthly',  date_trunc('month', now()), date_trunc('month', now()) + interval '1 month'),
    (pg_temp.id_of('everest'), 'chain-monthly', date_trunc('month', now()), date_trunc('month', now()) + interval '1 month');

INSERT INTO businesses (id, tenant_id, slug, name, timezone, currency, settings) VALUES
    (pg_temp.id_of('haarwerk'), pg_temp.id_of('linden'), 'haarwerk', 'Haarwerk Berlin', 'Europe/Berlin', 'EUR',
        '{"slot_interval_minutes": 15, "min_notice_minutes": 30, "max_advance_days": 90}'),
    (pg_temp.id_of('bowery'), pg_temp.id_of('linden'), 'bowery', 'Bowery Barbers', 'America/New_York', 'USD',
        '{"slot_interval_minutes": 30}'),
    (pg_temp.id_of('physio'), pg_temp.id_of('everest'), 'physio', 'Everest Physio', 'Asia/Kathmandu', 'NPR',
        '{"slot_alignment": "clock", "min_notice_minutes": 120}'),
    (pg_temp.id_of('harbour'), pg_temp.id_of('everest'), 'harbour', 'Harbour Dental', 'Australia/Sydney', 'AUD',
        '{"slot_interval_minutes": 10, "min_notice_minutes": 240, "max_advance_days": 180}'),
    -- A room that is rented by the hour: nobody is employed, the business itself is what is booked.
    (pg_temp.id_of('room'), pg_temp.id_of('everest'), 'room', 'Himal Music Room', 'Asia/Kathmandu', 'NPR',
        '{"slot_interval_minutes": 60, "slot_alignment": "clock"}');


---- Services. Whoever has the skill performs the service.

CREATE TEMP TABLE sample_service (business text, category text, skill text, name text, popularity int,
                                  duration int, before int, after int, price numeric, settings jsonb, id uuid);
INSERT INTO sample_service VALUES
    ('haarwerk', 'Cut',       'cut',     'Haircut',            8,  45,  0, 15,   42, '{}'),
    ('haarwerk', 'Cut',       'cut',     'Fringe trim',        2,  15,  0,  0,   12, '{}'),
    ('haarwerk', 'Colour',    'colour',  'Colour and cut',     2, 120,  0, 15,  135, '{"min_notice_minutes": 1440}'),
    ('haarwerk', 'Colour',    'colour',  'Balayage',           1, 180,  0, 30,  210, '{"min_notice_minutes": 1440, "max_bookings_per_day": 2}'),
    ('haarwerk', 'Advice',    'advice',  'Consultation',       1,  15,  0,  0,    0, '{}'),
    ('bowery',   'Barber',    'barber',  'Haircut',            5,  30,  0,  0,   45, '{}'),
    ('bowery',   'Barber',    'barber',  'Hot towel shave',    2,  30,  0, 10,   40, '{"slot_alignment": "optimized"}'),
    ('bowery',   'Barber',    'barber',  'Haircut and beard',  2,  60,  0,  0,   75, '{}'),
    ('physio',   'Treatment', 'physio',  'First appointment',  1,  60, 10, 10, 3500, '{"slot_interval_minutes": 30}'),
    ('physio',   'Treatment', 'physio',  'Physiotherapy',      4,  30,  0, 10, 2000, '{"slot_interval_minutes": 10}'),
    ('physio',   'Treatment', 'massage', 'Sports massage',     2,  50,  5,  5, 2500, '{"slot_interval_minutes": 15}'),
    ('physio',   'Group',     'class',   'Back school',        1,  60,  0,  0,  600, '{"slot_interval_minutes": 60, "capacity": 8}'),
    ('harbour',  'Dentist',   'dentist', 'Check-up',           5,  30,  0,  5,  120, '{}'),
    ('harbour',  'Dentist',   'dentist', 'Filling',            2,  50,  0, 10,  280, '{}'),
    ('harbour',  'Dentist',   'dentist', 'Root canal',         1,  90, 10, 20, 1450, '{"max_bookings_per_day": 1}'),
    ('harbour',  'Hygiene',   'hygiene', 'Scale and clean',    1,  40,  0, 10,  165, '{}'),
    ('room',     NULL,        NULL,      'Rehearsal, 1 hour',  4,  60,  0,  0,  800, '{}'),
    ('room',     NULL,        NULL,      'Recording, 3 hours', 1, 180, 30, 30, 4500, '{}');

UPDATE sample_service SET id = pg_temp.id_of(business || '/' || name);

INSERT INTO service_categories (id, business_id, name)
SELECT DISTINCT pg_temp.id_of(business || '/' || category), pg_temp.id_of(business), category
FROM sample_service WHERE category IS NOT NULL;

INSERT INTO services (id, business_id, name, duration, price, category_id, buffer_before_minutes, buffer_after_minutes, settings)
SELECT id, pg_temp.id_of(business), name, duration, price,
       pg_temp.id_of(business || '/' || category), before, after, settings
FROM sample_service;


---- Staff. Without a week of their own (NULL) people work the hours of the business.

CREATE TEMP TABLE sample_week (week text, days int[], starts time, ends time);
INSERT INTO sample_week VALUES
    ('split',     '{2,3,4,5}',     '09:00', '12:30'),   -- a long break at noon
    ('split',     '{2,3,4,5}',     '15:00', '19:30'),
    ('split',     '{6}',           '09:00', '14:00'),
    ('early',     '{1,2,3,4,5}',   '07:30', '14:30'),
    ('late',      '{1,2,3,4}',     '13:00', '20:00'),
    ('mornings',  '{1,2,3,4,5}',   '09:00', '12:30'),   -- part-time
    ('two days',  '{4,5}',         '09:00', '18:00'),   -- part-time
    ('weekend',   '{5,6,0}',       '10:00', '19:00'),
    ('night',     '{5,6}',         '18:00', '24:00'),   -- goes on after midnight
    ('night',     '{6,0}',         '00:00', '04:00');

CREATE TEMP TABLE sample_employee (business text, name text, week text, skills text[]);
INSERT INTO sample_employee VALUES
    ('haarwerk', 'Mia Becker',       NULL,       '{cut,colour,advice}'),
    ('haarwerk', 'Jonas Vogt',       'split',    '{cut,advice}'),
    ('haarwerk', 'Ayşe Demir',       'late',     '{cut,colour,advice}'),
    ('haarwerk', 'Lukas Brandt',     NULL,       '{cut,advice}'),
    ('haarwerk', 'Hanna König',      'mornings', '{cut,advice}'),
    ('haarwerk', 'Olga Petrova',     'two days', '{colour,advice}'),
    ('bowery',   'Frank Russo',      NULL,       '{barber}'),
    ('bowery',   'Darnell Hayes',    NULL,       '{barber}'),
    ('bowery',   'Luis Ortega',      'late',     '{barber}'),
    ('bowery',   'Kim Park',         'split',    '{barber}'),
    ('bowery',   'Sean Murphy',      'weekend',  '{barber}'),
    ('bowery',   'Marcus Bell',      NULL,       '{barber}'),
    ('bowery',   'Nadia Cohen',      'two days', '{barber}'),
    ('bowery',   'Theo Grant',       'night',    '{barber}'),
    ('physio',   'Anita Gurung',     NULL,       '{physio,class}'),
    ('physio',   'Bikash Thapa',     NULL,       '{physio,massage}'),
    ('physio',   'Deepa Shrestha',   'early',    '{physio,massage}'),
    ('physio',   'Kiran Rai',        'split',    '{massage}'),
    ('physio',   'Maya Tamang',      'mornings', '{physio,class}'),
    ('physio',   'Nabin Karki',      'late',     '{physio}'),
    ('physio',   'Pema Sherpa',      NULL,       '{physio,massage}'),
    ('physio',   'Rita Adhikari',    'two days', '{massage}'),
    ('harbour',  'Olivia Harris',    NULL,       '{dentist}'),
    ('harbour',  'Ethan Walker',     NULL,       '{dentist}'),
    ('harbour',  'Priya Nair',       'early',    '{dentist}'),
    ('harbour',  'Jack Nguyen',      'late',     '{dentist}'),
    ('harbour',  'Chloe Martin',     NULL,       '{hygiene}'),
    ('harbour',  'Isla Campbell',    'mornings', '{hygiene}'),
    ('harbour',  'Liam O''Brien',    'split',    '{hygiene}'),
    ('harbour',  'Zara Hughes',      'two days', '{dentist}');

INSERT INTO users (id, email, status, email_verified, profile)
SELECT pg_temp.id_of('user/' || name), pg_temp.mailbox(name) || '@' || business || '.example', 'active', true,
       jsonb_build_object('name', name)
FROM sample_employee;

INSERT INTO employees (id, user_id, business_id)
SELECT pg_temp.id_of('employee/' || name), pg_temp.id_of('user/' || name), pg_temp.id_of(business) FROM sample_employee;

INSERT INTO user_business_roles (user_id, business_id, role)
SELECT pg_temp.id_of('user/' || name), pg_temp.id_of(business), 'staff' FROM sample_employee;

INSERT INTO tenant_admins (tenant_id, user_id, role) VALUES
    (pg_temp.id_of('linden'),  pg_temp.id_of('user/Mia Becker'),   'owner'),
    (pg_temp.id_of('everest'), pg_temp.id_of('user/Anita Gurung'), 'owner');

INSERT INTO employee_services (employee_id, service_id)
SELECT pg_temp.id_of('employee/' || e.name), s.id
FROM sample_employee e JOIN sample_service s ON s.business = e.business AND s.skill = ANY (e.skills);

-- The default week of each business; day 0 is Sunday.
INSERT INTO working_hours (business_id, day_of_week, start_time, end_time)
SELECT pg_temp.id_of(business), unnest(days), starts, ends
FROM (VALUES ('haarwerk', '{2,3,4,5}'::int[],   time '09:00', time '18:00'),
             ('haarwerk', '{6}',                '09:00', '14:00'),
             ('bowery',   '{1,2,3,4,5,6}',      '10:00', '19:00'),
             ('physio',   '{0,1,2,3,4,5}',      '08:00', '17:00'),
             ('harbour',  '{1,2,3,4,5}',        '08:30', '17:30'),
             ('room',     '{0,1,2,3,4,5,6}',    '10:00', '22:00')) AS hours (business, days, starts, ends);

INSERT INTO working_hours (employee_id, day_of_week, start_time, end_time)
SELECT pg_temp.id_of('employee/' || e.name), unnest(w.days), w.starts, w.ends
FROM sample_employee e JOIN sample_week w USING (week);

-- Exceptions, in days from today and local time: leave, an hour at the doctor's, extra shifts.
INSERT INTO employee_availability_overrides (employee_id, start_time, end_time, is_unavailable, reason)
SELECT pg_temp.id_of('employee/' || x.name),
       (today + x.first_day + x.starts) AT TIME ZONE b.timezone,
       (today + x.last_day + x.ends) AT TIME ZONE b.timezone, x.unavailable, x.reason
FROM (VALUES ('Lukas Brandt',  3,  5, time '00:00', time '24:00', true,  'holiday'),
             ('Mia Becker',    2,  2, '13:00', '14:30', true,  'doctor'),
             ('Hanna König',   4,  4, '14:00', '18:00', false, 'extra shift'),
             ('Hanna König',   5,  5, '14:00', '18:00', false, 'extra shift'),
             ('Frank Russo',   6, 16, '00:00', '24:00', true,  'holiday'),
             ('Kim Park',      1,  1, '00:00', '24:00', true,  'sick'),
             ('Pema Sherpa',   1, 14, '00:00', '24:00', true,  'expedition'),
             ('Nabin Karki',   9,  9, '08:00', '12:00', false, 'stands in'),
             ('Ethan Walker',  7, 11, '00:00', '24:00', true,  'conference'),
             ('Chloe Martin', -4, -3, '00:00', '24:00', true,  'sick'))
     AS x (name, first_day, last_day, starts, ends, unavailable, reason)
JOIN sample_employee e USING (name)
JOIN businesses b ON b.slug = e.business
CROSS JOIN LATERAL (SELECT (now() AT TIME ZONE b.timezone)::date) AS local (today);


---- Customers: 60 for each business

CREATE TEMP TABLE sample_name (business text, first text[], last text[]);
INSERT INTO sample_name VALUES
    ('haarwerk', '{Lena,Paul,Emma,Finn,Clara,Emil,Marie,Noah,Frieda,Leon,Jana,Max,Greta,Anton,Sofia,Karl,Ida,Oskar,Nele,Tim}',
                 '{Schmidt,Weber,Fischer,Wagner,Hoffmann,Schäfer,Koch,Richter,Klein,Wolf,Neumann,Schwarz,Krüger,Braun,Lange,Günther,Vogel,Keller,Frank,Roth}'),
    ('bowery',   '{James,Michael,Anthony,David,Carlos,Kevin,Brian,Jamal,Eric,Steven,Andre,Peter,Victor,Ray,Omar,Dylan,Scott,Greg,Ivan,Leo}',
                 '{Smith,Johnson,Rivera,Brown,Davis,Rossi,Miller,Wilson,Lopez,Lee,Clark,Lewis,Young,Hall,Chen,Torres,Hill,Baker,Diaz,Reed}'),
    ('physio',   '{Aarav,Sita,Ramesh,Gita,Suman,Binod,Sunita,Prakash,Laxmi,Hari,Sarita,Dipak,Kamala,Rajan,Mina,Gopal,Asmita,Roshan,Puja,Tenzing}',
                 '{Shrestha,Gurung,Thapa,Rai,Magar,Tamang,Karki,Basnet,Poudel,Lama,Adhikari,Bhandari,Koirala,Limbu,Sherpa,Ghimire,Maharjan,KC,Joshi,Pandey}'),
    ('harbour',  '{Charlotte,William,Amelia,Thomas,Grace,Henry,Ruby,Lachlan,Sophie,Mitchell,Emily,Cooper,Hannah,Angus,Mia,Harry,Jasmine,Ryan,Tara,Hugo}',
                 '{Jones,Williams,Taylor,Wilson,Anderson,White,Thompson,Kelly,Ryan,Robinson,Patel,Li,Scott,Mitchell,Wright,Evans,Turner,Morgan,Cook,Bailey}'),
    ('room',     '{Anup,Bipul,Nattu,Prabin,Rohit,Sabin,Trishna,Yama,Albatross,Cobweb,Kutumba,Mukti,Newa,Night,Phosphenes,Tumbleweed,Underside,Vhumi,Jindabaad,Kandara}',
                 '{Band,Quartet,Trio,Choir,Duo,Ensemble,Orchestra,Collective,Project,Quintet,Septet,Sessions,Strings,Brass,Drums,Voices,Players,Music,Sound,Crew}');

INSERT INTO customers (id, business_id, name, email, phone)
SELECT pg_temp.id_of(s.business || '/customer/' || n), pg_temp.id_of(s.business), c.name,
       pg_temp.mailbox(c.name) || '@mail.example', '+00 555 ' || lpad((n * 7919 % 100000)::text, 5, '0')
FROM sample_name s, generate_series(0, 59) AS n,
     LATERAL (SELECT s.first[1 + n % 20] || ' ' || s.last[1 + (n + n / 20 * 7) % 20]) AS c (name);

-- One of them has an account and sees her own bookings.
INSERT INTO users (id, email, status, email_verified, profile)
VALUES (pg_temp.id_of('user/Lena Schmidt'), 'lena.schmidt@mail.example', 'active', true, '{"name": "Lena Schmidt"}');
UPDATE customers SET user_id = pg_temp.id_of('user/Lena Schmidt') WHERE email = 'lena.schmidt@mail.example';


---- Bookings. Each takes the next slot that find_available_slots() offers, so none collides with another.

CREATE PROCEDURE pg_temp.book_day(of_business uuid, of_employee uuid, from_time timestamptz, to_time timestamptz, busyness float)
LANGUAGE plpgsql AS $$
DECLARE
    service services;
    slot    record;
    seats   int;
    at_time timestamptz := from_time;
BEGIN
    WHILE at_time < to_time LOOP
        SELECT s.* INTO service
        FROM services s JOIN sample_service p USING (id)
        WHERE s.business_id = of_business
          AND (of_employee IS NULL OR s.id IN (SELECT es.service_id FROM employee_services es WHERE es.employee_id = of_employee))
        ORDER BY -ln(1 - random()) / p.popularity LIMIT 1;

        SELECT f.slot_start, f.slot_end INTO slot
        FROM find_available_slots(service.id, at_time, to_time, of_employee, as_of => now() - interval '9 days') f
        ORDER BY f.slot_start LIMIT 1;
        EXIT WHEN NOT FOUND;

        IF random() < busyness THEN
            seats := CASE WHEN service.settings ? 'capacity' THEN 2 + floor(random() * 6) ELSE 1 END;
            INSERT INTO bookings (business_id, customer_id, service_id, employee_id, start_time, status, cancellation_reason,
                                  metadata, created_at)
            SELECT of_business, c.id, service.id, of_employee, slot.slot_start, status.name::booking_status_type_v1,
                   CASE status.name WHEN 'cancelled' THEN 'customer is ill' WHEN 'rejected' THEN 'asked for by mistake' END,
                   jsonb_build_object('channel', CASE WHEN random() < 0.7 THEN 'web' ELSE 'phone' END),
                   least(now(), slot.slot_start) - random() * interval '14 days'
            FROM (SELECT c.id FROM customers c WHERE c.business_id = of_business ORDER BY random() LIMIT seats) AS c,
                 LATERAL (SELECT CASE WHEN slot.slot_end <= now()  -- c.id: drawn anew for each customer
                                      THEN ('{completed,completed,completed,completed,completed,completed,completed,completed,no_show,cancelled}'::text[])
                                      ELSE ('{confirmed,confirmed,confirmed,confirmed,confirmed,confirmed,confirmed,pending,pending,cancelled,rejected}'::text[])
                                 END AS names WHERE c.id IS NOT NULL) AS choice,
                 LATERAL (SELECT choice.names[1 + floor(random() * cardinality(choice.names))]) AS status (name);
            at_time := slot.slot_end;
        ELSE
            at_time := slot.slot_start + interval '30 minutes';
        END IF;
    END LOOP;
END
$$;

DO $$
DECLARE
    work record;
BEGIN
    FOR work IN
        SELECT b.id AS business, e.id AS employee, day.n,
               (local.today + day.n)::timestamp AT TIME ZONE b.timezone AS from_time,
               (local.today + day.n + 1)::timestamp AT TIME ZONE b.timezone AS to_time
        FROM businesses b
        LEFT JOIN employees e ON e.business_id = b.id
        CROSS JOIN LATERAL (SELECT (now() AT TIME ZONE b.timezone)::date) AS local (today)
        CROSS JOIN generate_series(-7, 20) AS day (n)
        ORDER BY b.id, e.id, day.n
    LOOP
        -- The calendar is full this week and empties towards its end.
        CALL pg_temp.book_day(work.business, work.employee, work.from_time, work.to_time,
                              CASE WHEN work.n < 7 THEN 0.7 WHEN work.n < 14 THEN 0.45 ELSE 0.2 END);
    END LOOP;
END
$$;

-- Somebody is at the checkout: a hold without a customer, which ends by itself in ten minutes.
INSERT INTO bookings (business_id, service_id, employee_id, start_time, hold_expires_at)
SELECT s.business_id, s.id, free.employee_id, f.slot_start, now() + interval '10 minutes'
FROM services s,
     find_available_slots(s.id, now() + interval '1 day', now() + interval '8 days') f,
     unnest(f.employee_ids) AS free (employee_id)
WHERE s.id = pg_temp.id_of('bowery/Haircut')
ORDER BY f.slot_start, free.employee_id LIMIT 1;

-- Three wait to be told with whom: they have no employee yet.
INSERT INTO bookings (business_id, customer_id, service_id, start_time, notes)
SELECT s.business_id, pg_temp.id_of('harbour/customer/' || slot.n), s.id, slot.slot_start, 'any dentist'
FROM services s,
     LATERAL (SELECT f.slot_start, row_number() OVER (ORDER BY f.slot_start) AS n
              FROM find_available_slots(s.id, now() + interval '7 days', now() + interval '14 days', slot_interval_minutes => 60) f
              LIMIT 3) AS slot
WHERE s.id = pg_temp.id_of('harbour/Check-up');

INSERT INTO notifications (business_id, user_id, type, title, data)
SELECT b.business_id, e.user_id, 'booking.requested', 'Somebody asks for an appointment', jsonb_build_object('booking_id', b.id)
FROM bookings b JOIN employees e ON e.id = b.employee_id
WHERE b.status = 'pending' AND b.customer_id IS NOT NULL;


---- The role of the application: it owns nothing, so row security applies to it

DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'demo_app') THEN
        CREATE ROLE demo_app LOGIN;
    END IF;
END
$$;
SELECT bookmeatoz_grant_app_role('demo_app') \g /dev/null

COMMIT;
VACUUM (ANALYZE) bookings;
ANALYZE;
