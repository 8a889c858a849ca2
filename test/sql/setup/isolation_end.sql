-- Removes the database and the roles of isolation_begin.sql.
\c :regression
SET client_min_messages = warning;
DROP DATABASE regress_isolation;
REVOKE SET ON PARAMETER app.is_system_admin FROM regress_isolation_operator;
DROP ROLE regress_isolation_owner, regress_isolation_app, regress_isolation_operator;
