-- The session context: what its settings accept, how long a value lasts, and that workers follow.
-- Who may be system administrator is in context_admin.sql, values from before the library is loaded in context_load.sql.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS bookmeatoz CASCADE;
RESET client_min_messages;
\set show 'SELECT current_session_tenant_id() AS tenant, current_session_business_id() AS business, current_session_user_id() AS "user", is_system_admin() AS admin;'

-- Unset is NULL, and so is empty.
:show
SET app.current_tenant_id = '';
SET app.current_business_id = '';
SET app.current_user_id = '';
:show

-- What the type uuid reads.
SET app.current_tenant_id = '00000000-0000-4000-8000-0000000000aa';
SET app.current_business_id = '{0000000000004000800000000000BBBB}';
SET app.current_user_id = '0000-0000-0000-4000-8000-0000-0000-CCCC';
:show

-- Anything else is refused by name, and the value before it stays.
SET app.current_tenant_id = 'garbage';
\echo :LAST_ERROR_SQLSTATE
SET app.current_business_id = '00000000-0000-4000-8000-0000000000b';
SET app.current_user_id = '00000000-0000-4000-8000-0000000000c11';
SET app.current_user_id = '{00000000-0000-4000-8000-0000000000c1';
SET app.current_user_id = '00000000-0000-4000-8000-0000000000c1}';
SET app.current_user_id = '0-0000000-0000-4000-8000-0000000000c1';
SET app.current_user_id = ' 00000000-0000-4000-8000-0000000000c1';
SET app.current_user_id = 'zzzzzzzz-0000-4000-8000-0000000000c1';
SELECT set_config('app.current_user_id', 'garbage', true);
SET app.is_system_admin = 'perhaps';
:show

-- RESET, DISCARD ALL.
RESET app.current_tenant_id;
:show
DISCARD ALL;
:show

-- SET LOCAL lasts as long as its transaction.
BEGIN;
SET LOCAL app.current_tenant_id = '00000000-0000-4000-8000-0000000000a1';
SELECT current_session_tenant_id();
COMMIT;
SELECT current_session_tenant_id(), current_setting('app.current_tenant_id') = '' AS empty;

-- SET lasts when its transaction commits.
BEGIN;
SET app.current_tenant_id = '00000000-0000-4000-8000-0000000000a2';
ROLLBACK;
SELECT current_session_tenant_id();
BEGIN;
SET app.current_tenant_id = '00000000-0000-4000-8000-0000000000a2';
SET LOCAL app.current_tenant_id = '00000000-0000-4000-8000-0000000000a3';
SELECT current_session_tenant_id();
COMMIT;
SELECT current_session_tenant_id();
RESET app.current_tenant_id;

-- Savepoints.
BEGIN;
SET LOCAL app.current_tenant_id = '00000000-0000-4000-8000-0000000000a1';
SAVEPOINT one;
SET LOCAL app.current_tenant_id = '00000000-0000-4000-8000-0000000000a2';
SAVEPOINT two;
SET LOCAL app.current_tenant_id = '';
SELECT current_session_tenant_id();
ROLLBACK TO two;
SELECT current_session_tenant_id();
RELEASE one;
SELECT current_session_tenant_id();
SAVEPOINT three;
SET LOCAL app.current_tenant_id = 'garbage';
ROLLBACK TO three;
SELECT current_session_tenant_id();
ROLLBACK;
SELECT current_session_tenant_id();

-- A result is a copy: a change within the query does not reach back.
SELECT current_session_user_id() AS before,
       set_config('app.current_user_id', '00000000-0000-4000-8000-0000000000c1', false) AS changed,
       current_session_user_id() AS between,
       set_config('app.current_user_id', '00000000-0000-4000-8000-0000000000c2', false) AS changed,
       current_session_user_id() AS after;
RESET app.current_user_id;

-- A function's own SET clause ends with the function.
CREATE FUNCTION context_inside() RETURNS uuid LANGUAGE plpgsql
SET app.current_tenant_id = '00000000-0000-4000-8000-0000000000a9' AS
$$ BEGIN RETURN current_session_tenant_id(); END $$;
SELECT context_inside(), current_session_tenant_id();
DROP FUNCTION context_inside();

-- set_session_context() replaces the whole context until the end of the transaction.
BEGIN;
SELECT set_session_context('00000000-0000-4000-8000-0000000000a1', '00000000-0000-4000-8000-0000000000b1',
                           '00000000-0000-4000-8000-0000000000c1');
:show
SELECT set_session_context(NULL, '00000000-0000-4000-8000-0000000000b2', NULL, NULL);
:show
SAVEPOINT one;
SELECT set_session_context(tenant_id => '00000000-0000-4000-8000-0000000000a3', business_id => NULL, user_id => NULL,
                           is_system_admin => true);
:show
ROLLBACK TO one;
:show
COMMIT;
:show
SELECT set_session_context('garbage', NULL, NULL);

-- Parallel workers have the context of their leader.
CREATE FUNCTION context_ran_in_workers(query text) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
    plan jsonb;
BEGIN
    EXECUTE 'EXPLAIN (ANALYZE, FORMAT json) ' || query INTO plan;
    RETURN jsonb_path_exists(plan, '$.**."Workers Launched" ? (@ > 0)');
END $$;
CREATE TABLE context_rows AS SELECT n FROM generate_series(1, 20000) AS n;
ANALYZE context_rows;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
SET parallel_leader_participation = off;
SELECT $$SELECT current_session_tenant_id() AS tenant, current_session_business_id() AS business,
                current_session_user_id() AS "user", is_system_admin() AS admin, count(*)
         FROM context_rows WHERE is_system_admin() OR current_session_tenant_id() = '00000000-0000-4000-8000-0000000000a1'
         GROUP BY 1, 2, 3, 4 $$ AS query \gset
BEGIN;
SELECT set_session_context('00000000-0000-4000-8000-0000000000a1', NULL, '00000000-0000-4000-8000-0000000000c1');
SELECT context_ran_in_workers(:'query');
:query;
SET LOCAL app.current_business_id = '00000000-0000-4000-8000-0000000000b1';
:query;
SAVEPOINT other;
SELECT set_session_context('00000000-0000-4000-8000-0000000000a2', NULL, NULL);
:query;
SELECT set_session_context(NULL, NULL, NULL, true);
SELECT context_ran_in_workers(:'query');
:query;
ROLLBACK TO other;
:query;
COMMIT;
:query;

DROP TABLE context_rows;
DROP FUNCTION context_ran_in_workers(text);
