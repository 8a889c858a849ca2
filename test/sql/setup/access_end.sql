-- Removes the database and the roles of access_begin.sql.
\c :regression
SET client_min_messages = warning;
DROP DATABASE regress_access;
REVOKE SET ON PARAMETER app.is_system_admin FROM regress_access_operator;
DROP ROLE regress_access_owner, regress_access_app, regress_access_operator;
