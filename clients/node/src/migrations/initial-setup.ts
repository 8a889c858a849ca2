import { addBlock, type Migration } from './migration.js'

/** Where everything is to be, and the roles. Roles that do not exist are created, without passwords. */
export interface InitialSetup {
  /** The schema of the extension and of its tables: `public` if not given. */
  schema?: string
  /** Owns the tables. Created without LOGIN. */
  owner: string
  /** The role of the application. Created with LOGIN. */
  appRole: string
  /** The role of the service that registers users and logs them in. Created with LOGIN. */
  authRole: string
}

/** What a migration file exports. */
export interface InitialSetupMigration {
  up(pgm: Migration): void
  /** There is no way back: `DROP EXTENSION` would leave the tables without their guard. */
  down: false
}

/**
 * The first migration: the extension, its tables, the roles and their rights. It fails, and changes nothing, if `bookmeatoz_verify()`
 * finds anything afterwards. It can be repeated in a further migration, and then brings back what is missing, for example after
 * `DROP EXTENSION ... CASCADE`.
 *
 * Run it as a superuser, or as the owner where an administrator has created the extension and called `bookmeatoz_set_owner()`.
 *
 * @example
 * ```ts
 * import { comprehensiveInitialSetup } from 'bookmeatoz/migrations'
 *
 * export const { up, down } = comprehensiveInitialSetup({ owner: 'booking_owner', appRole: 'booking_app', authRole: 'booking_auth' })
 * ```
 */
export function comprehensiveInitialSetup({ schema = 'public', owner, appRole, authRole }: InitialSetup): InitialSetupMigration {
  return {
    // One parameter: node-pg-migrate waits for a callback of a function with two.
    up(pgm) {
      addBlock(pgm, { home: schema, owner, app_role: appRole, auth_role: authRole }, variables, body)
    },
    down: false,
  }
}

const variables = `
    administrator_runs CONSTANT text := format('A superuser runs in this database: CREATE EXTENSION IF NOT EXISTS bookmeatoz SCHEMA %I CASCADE; '
                                               'SELECT %1$I.bookmeatoz_set_owner(%L);', home, quote_ident(owner));
    previous_role CONSTANT text := current_setting('role');
    wanted   record;
    found_in name;
    findings text;`

// The row about the role that asks, and the one about loading the library early, are no findings about the database: the first is
// true of everybody who may migrate, the second only a superuser could mend.
const body = `
    IF to_regnamespace(quote_ident(home)) IS NULL THEN
        EXECUTE format('CREATE SCHEMA %I', home);
    END IF;
    FOR wanted IN SELECT * FROM (VALUES (owner, 'NOLOGIN'), (app_role, 'LOGIN'), (auth_role, 'LOGIN')) role (name, login) LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = wanted.name) THEN
            EXECUTE format('CREATE ROLE %I %s', wanted.name, wanted.login);
        END IF;
    END LOOP;

    SELECT n.nspname INTO found_in FROM pg_extension x JOIN pg_namespace n ON n.oid = x.extnamespace WHERE x.extname = 'bookmeatoz';
    IF found_in IS NULL THEN
        BEGIN
            EXECUTE format('CREATE EXTENSION bookmeatoz SCHEMA %I CASCADE', home);
        EXCEPTION WHEN insufficient_privilege THEN
            RAISE EXCEPTION '%', SQLERRM USING ERRCODE = SQLSTATE, HINT = administrator_runs;
        END;
    ELSIF found_in <> home THEN
        RAISE EXCEPTION 'bookmeatoz is in schema %, not in %', quote_ident(found_in), quote_ident(home) USING ERRCODE = 'duplicate_object';
    END IF;
    IF has_database_privilege('public', current_database(), 'TEMPORARY') THEN
        EXECUTE format('REVOKE TEMPORARY ON DATABASE %I FROM PUBLIC', current_database());
    END IF;
    BEGIN
        EXECUTE format('SELECT %I.bookmeatoz_set_owner(%L)', home, quote_ident(owner));
    EXCEPTION WHEN insufficient_privilege THEN
        RAISE EXCEPTION '%', SQLERRM USING ERRCODE = SQLSTATE, HINT = administrator_runs;
    END;

    PERFORM set_config('role', owner, true);
    EXECUTE format('SELECT %I.bookmeatoz_install_schema()', home);
    EXECUTE format('SELECT %I.bookmeatoz_grant_app_role(%L)', home, quote_ident(app_role));
    EXECUTE format('SELECT %I.bookmeatoz_grant_auth_role(%L)', home, quote_ident(auth_role));
    PERFORM set_config('role', previous_role, true);

    EXECUTE format($$SELECT string_agg(severity || ': ' || finding, E'\\n') FROM %I.bookmeatoz_verify()
                     WHERE finding NOT LIKE 'row security does not bind role %%' AND finding NOT LIKE 'session_preload_libraries lacks %%'$$, home)
        INTO findings;
    IF findings IS NOT NULL THEN
        RAISE EXCEPTION E'bookmeatoz_verify() finds:\\n%', findings
            USING ERRCODE = 'object_not_in_prerequisite_state', HINT = 'The migration has changed nothing. Correct what is found, and run it again.';
    END IF;`
