-- The functions that read, in a parallel worker: the same answers, with the rights and the context of the session.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS bookmeatoz CASCADE;
RESET client_min_messages;
\getenv abs_srcdir PG_ABS_SRCDIR
\set two_tenants :abs_srcdir '/sql/setup/two_tenants.sql'
SET TimeZone = 'UTC';
SET DateStyle = 'ISO, YMD';
BEGIN;
\set ECHO none
\i :two_tenants
\set ECHO all
-- The process that answers, in answer 0; then the answers. Not inlined, so that all of them run where the query runs.
CREATE FUNCTION public.answers(salon uuid, haircut uuid, anna uuid) RETURNS TABLE (number integer, answer text)
LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
DECLARE
    at constant timestamptz := '2029-12-01 00:00+00';
    monday constant timestamptz := '2030-01-07 00:00+00';
BEGIN
    RETURN QUERY
    SELECT 0, pg_backend_pid()::text
    UNION ALL SELECT 1, string_agg(f::text, ';') FROM find_available_slots(haircut, monday, monday + interval '1 day', as_of => at) f
    UNION ALL SELECT 2, find_available_slots_json(haircut, monday, monday + interval '1 day', as_of => at)::text
    UNION ALL SELECT 3, string_agg(f::text, ';') FROM next_available_slots(haircut, monday, 50, as_of => at) f
    UNION ALL SELECT 4, string_agg(f::text, ';') FROM find_available_dates(haircut, '2030-01-01', '2030-01-31', as_of => at) f
    UNION ALL SELECT 5, string_agg(f::text, ';') FROM check_slot(haircut, monday + interval '9 hours', anna, as_of => at) f
    UNION ALL SELECT 6, string_agg(f::text, ';') FROM free_busy(anna, monday, monday + interval '1 day') f;
END $$;
-- All answers at once, here and then in a worker. The setting has one name until 15 and another from 16 on.
\set answers 'SELECT array_agg(answer ORDER BY number) FILTER (WHERE number > 0) AS answers, max(answer) FILTER (WHERE number = 0) AS process FROM public.answers(:''salon'', :''haircut'', :''anna_at_salon'')'
\set in_a_worker 'SELECT count(set_config(name, ''on'', true)) AS settings FROM pg_settings WHERE name IN (''force_parallel_mode'', ''debug_parallel_query'')'
\set here 'SELECT count(set_config(name, ''off'', true)) AS settings FROM pg_settings WHERE name IN (''force_parallel_mode'', ''debug_parallel_query'')'

:answers \gset here_
:in_a_worker;
:answers \gset worker_
:here;
SELECT :'here_process' <> :'worker_process' AS in_a_worker, :'here_answers' = :'worker_answers' AS same, array_length(:'here_answers'::text[], 1) AS answers;

-- Row security: in the context of the business, and in that of another.
CREATE ROLE regress_parallel_app;
SELECT bookmeatoz_grant_app_role('regress_parallel_app');
GRANT EXECUTE ON FUNCTION public.answers TO regress_parallel_app;
SET LOCAL ROLE regress_parallel_app;
SELECT set_session_context(NULL, :'salon', NULL);
:in_a_worker;
:answers \gset app_
SELECT :'here_process' <> :'app_process' AS in_a_worker, :'here_answers' = :'app_answers' AS same;
SELECT set_session_context(NULL, :'studio', NULL);
\set VERBOSITY terse
SAVEPOINT refused;
:answers ;
ROLLBACK TO refused;
:here;
ROLLBACK;
