import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, afterEach, before, beforeEach, test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { runner } from 'node-pg-migrate'
import pg from 'pg'
import { dropDatabase } from './drop-database.js'

// A database, roles and a folder of migrations for each test.
const database = 'migrations_test'
const roles = ['migrations_owner', 'migrations_app', 'migrations_auth', 'migrations_staff', 'migrations_reader']
const setup = `comprehensiveInitialSetup({ schema: 'booking', owner: 'migrations_owner', appRole: 'migrations_app', authRole: 'migrations_auth' })`
const server = new pg.Client({ database: 'postgres' })
await server.connect()
let admin: pg.Client
let folder: string

async function removeRoles(): Promise<void> {
  for (const role of roles) await server.query(`DROP ROLE IF EXISTS ${role}`)
}

before(async () => {
  await dropDatabase(server, database, 'WITH (FORCE)')
  await removeRoles()
})
beforeEach(async () => {
  await server.query(`CREATE DATABASE ${database}`)
  admin = new pg.Client({ database })
  await admin.connect()
  folder = await mkdtemp(join(tmpdir(), 'migrations-'))
})
afterEach(async () => {
  await admin.end()
  await rm(folder, { recursive: true })
  await dropDatabase(server, database)
  await removeRoles()
})
after(() => server.end())

const pack = pathToFileURL(join(import.meta.dirname, '../../dist/migrations/index.js')).href

/** Writes a migration that exports `up` and `down`. */
async function file(name: string, code: string): Promise<void> {
  await writeFile(join(folder, `${name}.mjs`), `import { comprehensiveInitialSetup, protectTable, regrant } from '${pack}'\n${code}`)
}
const setupFile = (name = '1_setup'): Promise<void> => file(name, `export const { up, down } = ${setup}`)

/** node-pg-migrate answers before the server has ended its session: the lock of a migration that failed may be held for a moment. */
async function whenNoneIsRunning(): Promise<void> {
  const { rows: [lock] } = await admin.query(`SELECT count(*)::int AS held FROM pg_locks
    WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`)
  if (lock.held) {
    await new Promise(resolve => setTimeout(resolve, 10))
    await whenNoneIsRunning()
  }
}

/** Migrates as a user does. */
async function migrate(user = 'postgres', direction: 'up' | 'down' = 'up'): Promise<string[]> {
  await whenNoneIsRunning()
  const done = await runner({
    databaseUrl: { database, user }, dir: folder, direction, migrationsTable: 'pgmigrations', migrationsSchema: 'public', singleTransaction: false,
    logger: { info() {}, warn() {}, error() {} },
  })
  return done.map(migration => migration.name)
}

const value = async (text: string, values: unknown[] = []): Promise<unknown> => Object.values((await admin.query(text, values)).rows[0] ?? {})[0]

/** Runs statements as a role, in a transaction of its own. */
async function as(role: string, business: string | null, ...statements: string[]): Promise<any[]> {
  const client = new pg.Client({ database, user: role, options: '-c search_path=booking' })
  await client.connect()
  try {
    await client.query('BEGIN')
    if (business !== null) await client.query('SELECT set_session_context(NULL, $1, NULL)', [business])
    let rows: any[] = []
    for (const statement of statements) rows = (await client.query(statement)).rows
    await client.query('COMMIT')
    return rows
  } finally {
    await client.end()
  }
}

async function isComplete(): Promise<void> {
  assert.equal(await value(`SELECT string_agg(finding, '; ') FROM booking.bookmeatoz_verify() WHERE severity = 'error'`), null)
  assert.equal(await value(`SELECT relowner::regrole::text FROM pg_class WHERE oid = 'booking.bookings'::regclass`), 'migrations_owner')
  assert.deepEqual(await as('migrations_app', null, 'SELECT count(*)::int FROM bookings'), [{ count: 0 }])
  await as('migrations_auth', null, 'SELECT password_hash FROM users')
  await assert.rejects(as('migrations_app', null, 'SELECT password_hash FROM users'), { code: '42501' })
  await assert.rejects(as('migrations_auth', null, 'SELECT FROM bookings'), { code: '42501' })
  await assert.rejects(as('migrations_app', null, 'CREATE TEMP TABLE bookings ()'), { code: '42501' })
}

/** Two businesses of one tenant. */
async function businesses(): Promise<[string, string]> {
  const tenant = await value(`INSERT INTO booking.tenants (name, subdomain) VALUES ('T', 't') RETURNING id`)
  const insert = `INSERT INTO booking.businesses (tenant_id, name, slug) VALUES ($1, $2, $2) RETURNING id`
  return [await value(insert, [tenant, 'a']) as string, await value(insert, [tenant, 'b']) as string]
}

test('a superuser sets up an empty database', async () => {
  await setupFile()
  assert.deepEqual(await migrate(), ['1_setup'])
  await isComplete()
  assert.deepEqual(await migrate(), [])
  await assert.rejects(migrate('postgres', 'down'), /disabled down/)
  assert.equal(await value(`SELECT count(*)::int FROM pg_extension WHERE extname = 'bookmeatoz'`), 1)
})

test('a database made from a template gives TEMPORARY back to everybody; the set-up takes it away', async () => {
  await admin.query(`CREATE SCHEMA booking; CREATE EXTENSION bookmeatoz SCHEMA booking CASCADE; GRANT TEMPORARY ON DATABASE ${database} TO PUBLIC`)
  await setupFile()
  await migrate()
  await isComplete()
})

test('an owner who is no superuser sets up what an administrator has prepared', async () => {
  await setupFile()
  await admin.query('CREATE ROLE migrations_owner LOGIN CREATEROLE; GRANT CREATE ON SCHEMA public TO migrations_owner; CREATE SCHEMA booking')
  await assert.rejects(migrate('migrations_owner'), { code: '42501', hint: /^A superuser runs .*CREATE EXTENSION .*SCHEMA booking CASCADE; SELECT booking.bookmeatoz_set_owner\('migrations_owner'\);$/ })
  await admin.query('CREATE EXTENSION bookmeatoz SCHEMA booking CASCADE')
  await assert.rejects(migrate('migrations_owner'), { code: '42501', hint: /bookmeatoz_set_owner/ })
  await admin.query(`SELECT booking.bookmeatoz_set_owner('migrations_owner')`)
  assert.deepEqual(await migrate('migrations_owner'), ['1_setup'])
  await isComplete()
  await setupFile('2_again')
  assert.deepEqual(await migrate('migrations_owner'), ['2_again'])
  await isComplete()
})

test('a set-up that fails changes nothing, and can be run again', async () => {
  await setupFile()
  await admin.query('CREATE ROLE migrations_app LOGIN BYPASSRLS')
  await assert.rejects(migrate(), { code: '0LP01' })
  assert.equal(await value(`SELECT count(*)::int FROM pg_extension WHERE extname = 'bookmeatoz'`), 0)
  assert.equal(await value('SELECT count(*)::int FROM pgmigrations'), 0)
  assert.equal(await value(`SELECT to_regnamespace('booking')::text`), null)
  await admin.query('ALTER ROLE migrations_app NOBYPASSRLS')
  await migrate()
  await isComplete()
})

test('a finding makes the migration fail', async () => {
  await setupFile()
  await migrate()
  await admin.query('CREATE VIEW booking.everything AS SELECT * FROM booking.bookings')
  await setupFile('2_again')
  await assert.rejects(migrate(), { code: '55000', message: /bookmeatoz_verify\(\) finds:\n.*everything/ })
  assert.equal(await value('SELECT count(*)::int FROM pgmigrations'), 1)
  await admin.query('DROP VIEW booking.everything')
  assert.deepEqual(await migrate(), ['2_again'])
})

test('after DROP EXTENSION ... CASCADE a further set-up brings the guard back, and no row is lost', async () => {
  await setupFile()
  await migrate()
  await businesses()
  await admin.query('DROP EXTENSION bookmeatoz CASCADE')
  assert.deepEqual(await migrate(), [])
  await setupFile('2_again')
  assert.deepEqual(await migrate(), ['2_again'])
  await isComplete()
  assert.equal(await value('SELECT count(*)::int FROM booking.businesses'), 2)
})

test('another schema than that of the extension is refused', async () => {
  await admin.query('CREATE EXTENSION bookmeatoz CASCADE')
  await setupFile()
  await assert.rejects(migrate(), { code: '42710', message: 'bookmeatoz is in schema public, not in booking' })
})

for (const user of ['postgres', 'migrations_owner']) {
  test(`migrations of one's own, as ${user}: a column, an index, a table`, async () => {
    await setupFile()
    await admin.query('CREATE ROLE migrations_owner LOGIN; GRANT CREATE ON SCHEMA public TO migrations_owner')
    await migrate()
    await admin.query('CREATE ROLE migrations_staff LOGIN; CREATE ROLE migrations_reader LOGIN; GRANT USAGE ON SCHEMA booking TO migrations_reader')
    await admin.query(`SET ROLE migrations_owner; SELECT booking.bookmeatoz_grant_staff_role('migrations_staff');
                       GRANT SELECT ON booking.bookings TO migrations_reader; RESET ROLE`)
    await admin.query('GRANT ALL ON pgmigrations, pgmigrations_id_seq TO migrations_owner')
    await file('2_own', `
      export const up = pgm => {
        pgm.addColumns({ schema: 'booking', name: 'customers' }, { points: { type: 'integer', notNull: true, default: 0 } })
        pgm.addColumns({ schema: 'booking', name: 'users' }, { nickname: 'text' })
        pgm.createIndex({ schema: 'booking', name: 'customers' }, ['business_id', 'points'])
        const notes = { schema: 'booking', name: 'notes' }
        pgm.createTable(notes, { id: 'id', business_id: { type: 'uuid', notNull: true, references: { schema: 'booking', name: 'businesses' } }, text: 'text' })
        protectTable(pgm, notes)
        regrant(pgm)
      }
      export const down = false`)
    assert.deepEqual(await migrate(user), ['2_own'])
    await file('3_regrant', 'export const up = regrant, down = false')
    assert.deepEqual(await migrate('migrations_owner'), ['3_regrant'])
    assert.equal(await value(`SELECT string_agg(finding, '; ') FROM booking.bookmeatoz_verify() WHERE severity = 'error'`), null)
    const [a, b] = await businesses()
    for (const role of ['migrations_app', 'migrations_staff']) {
      await as(role, a, `INSERT INTO notes (business_id, text) VALUES ('${a}', 'mine')`, 'SELECT nickname FROM users')
      await assert.rejects(as(role, a, `INSERT INTO notes (business_id, text) VALUES ('${b}', 'not mine')`), { code: '42501' })
      assert.deepEqual(await as(role, b, 'SELECT * FROM notes'), [])
      assert.deepEqual(await as(role, null, 'SELECT * FROM notes'), [])
    }
    assert.equal((await as('migrations_app', a, 'SELECT * FROM notes')).length, 2)
    await assert.rejects(as('migrations_auth', null, 'SELECT FROM notes'), { code: '42501' })
    await assert.rejects(as('migrations_reader', null, 'SELECT FROM customers'), { code: '42501' })
    assert.equal(await value(`SELECT has_function_privilege('migrations_staff', 'booking.may_overbook()', 'EXECUTE')`), true)
    assert.equal(await value(`SELECT has_function_privilege('migrations_app', 'booking.may_overbook()', 'EXECUTE')`), false)
  })
}
