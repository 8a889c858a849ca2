import { quotedTable, type TableName } from '../table-name.js'
import { addBlock, type Migration } from './migration.js'

// The roles of applications are those that a grant function has given its rights. register_user() is granted by these functions alone,
// to app, staff and auth; a role that may only read, say, is left as it is.
const eachRole = (statements: string): string => `
    FOR role IN
        SELECT acl.grantee::regrole AS name, p.pronamespace::regnamespace AS home,
               CASE WHEN bool_or(f.proname = 'may_authenticate_users') THEN 'auth' WHEN bool_or(f.proname = 'may_overbook') THEN 'staff' ELSE 'app' END AS duty
        FROM pg_extension x
        JOIN pg_proc p ON p.pronamespace = x.extnamespace AND p.proname = 'register_user'
        CROSS JOIN aclexplode(p.proacl) acl
        LEFT JOIN (SELECT f.proname, f.pronamespace, a.grantee FROM pg_proc f CROSS JOIN aclexplode(f.proacl) a
                   WHERE f.proname IN ('may_authenticate_users', 'may_overbook')) f ON f.pronamespace = p.pronamespace AND f.grantee = acl.grantee
        WHERE x.extname = 'bookmeatoz' AND acl.grantee NOT IN (0, p.proowner) AND NOT acl.is_grantable
        GROUP BY acl.grantee, p.pronamespace
    LOOP
${statements}
    END LOOP;`

/**
 * Gives the roles of applications their rights again: after columns were added to `users`, or the extension was updated. What they had
 * on our tables and functions beyond the grant functions is gone then.
 */
export function regrant(pgm: Migration): void {
  // As the owner, whoever migrates: only who gave a right can take it away, and the owner must be able to.
  addBlock(pgm, {}, `
    previous_role CONSTANT text := current_setting('role');
    role record;`, eachRole(`
        PERFORM set_config('role', (SELECT pg_get_userbyid(c.relowner) FROM pg_class c WHERE c.relnamespace = role.home AND c.relname = 'bookings'), true);
        EXECUTE format('SELECT %s.bookmeatoz_grant_%s_role(%L)', role.home, role.duty, role.name);
        PERFORM set_config('role', previous_role, true);`))
}

/**
 * Protects a table of your own, which has `business_id uuid`: its rows are seen and written by who may see the business. The roles of the
 * application get the rights on it, and on the sequences of its columns.
 */
export function protectTable(pgm: Migration, table: TableName): void {
  const place = quotedTable(table)
  pgm.sql(`ALTER TABLE ${place} ENABLE ROW LEVEL SECURITY`)
  addBlock(pgm, { place, policy: `${typeof table === 'string' ? table : table.name}_all` }, `
    protected CONSTANT regclass := to_regclass(place);
    sequence  regclass;
    role      record;`, `
    EXECUTE format('CREATE POLICY %I ON %s USING (%s.can_access_business(business_id))', policy, protected,
                   (SELECT x.extnamespace::regnamespace FROM pg_extension x WHERE x.extname = 'bookmeatoz'));
${eachRole(`
        CONTINUE WHEN role.duty = 'auth';
        EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %s TO %s', protected, role.name);
        FOR sequence IN
            SELECT c.oid FROM pg_depend d JOIN pg_class c ON c.oid = d.objid AND c.relkind = 'S'
            WHERE d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass AND d.refobjid = protected AND d.deptype = 'a'
        LOOP
            EXECUTE format('GRANT USAGE ON SEQUENCE %s TO %s', sequence, role.name);
        END LOOP;`)}`)
}
