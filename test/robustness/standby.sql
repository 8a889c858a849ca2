-- One answer of each function that reads; run on a primary and on its standby by standby.sh.
\set anna    00000000-0000-4000-8000-0000000000d1
\set haircut 00000000-0000-4000-8000-0000000000f1
\set at      '''2029-12-01 00:00+00'''
SELECT * FROM find_available_slots(:'haircut', '2030-01-07 00:00+00', '2030-01-08 00:00+00', as_of => :at);
SELECT find_available_slots_json(:'haircut', '2030-01-07 00:00+00', '2030-01-08 00:00+00', as_of => :at);
SELECT * FROM next_available_slots(:'haircut', '2030-01-07 09:00+00', 5, :'anna', as_of => :at);
SELECT * FROM find_available_dates(:'haircut', '2030-01-01', '2030-01-31', as_of => :at);
SELECT * FROM check_slot(:'haircut', '2030-01-07 10:00+00', :'anna', as_of => :at);
SELECT * FROM free_busy(:'anna', '2030-01-07 00:00+00', '2030-01-08 00:00+00');
