import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { promisify } from 'node:util'
import { Kysely, PostgresDialect } from 'kysely'
import pg from 'pg'
import type { Database } from 'bookmeatoz/kysely'
import { dropDatabase } from './drop-database.js'

const database = 'types_test'
const folder = join(import.meta.dirname, '../..')
const server = new pg.Client({ database: 'postgres' })
await server.connect()
let admin: pg.Client

before(async () => {
  await dropDatabase(server, database, 'WITH (FORCE)')
  await server.query('DROP ROLE IF EXISTS types_app')
  await server.query(`CREATE DATABASE ${database}`)
  await server.query('CREATE ROLE types_app LOGIN')
  admin = new pg.Client({ database })
  await admin.connect()
  await admin.query(`CREATE EXTENSION bookmeatoz CASCADE; SELECT bookmeatoz_grant_app_role('types_app')`)
})
after(async () => {
  await admin.end()
  await dropDatabase(server, database)
  await server.query('DROP ROLE types_app')
  await server.end()
})

/** Runs the program as a user does. */
async function cli(args: string[], env: Record<string, string> = {}): Promise<string> {
  const run = promisify(execFile)(process.execPath, [join(folder, 'dist/cli/main.js'), ...args], {
    env: { ...process.env, PGDATABASE: database, ...env } })
  return (await run).stdout
}

test('the shipped interface is that of the catalog', async () => {
  assert.equal(await cli(['types', '--role', 'types_app']), await readFile(join(folder, 'src/kysely.ts'), 'utf8'), 'generate src/kysely.ts again')
  assert.equal(await cli(['types'], { PGUSER: 'types_app' }), await readFile(join(folder, 'src/kysely.ts'), 'utf8'))
})

test("one's own columns, types and tables; what the role may not read vanishes", async () => {
  await admin.query(`
    CREATE TYPE mood AS ENUM ('good', 'it''s bad');
    CREATE DOMAIN postcode AS text NOT NULL;
    ALTER TYPE booking_status_type_v1 ADD VALUE 'waiting';
    ALTER TABLE customers ADD COLUMN points integer NOT NULL DEFAULT 0, ADD COLUMN secret text, ADD COLUMN mood mood, ADD COLUMN "first seen" date;
    CREATE TABLE notes (id int GENERATED ALWAYS AS IDENTITY, business_id uuid NOT NULL, tags text[] NOT NULL, moods mood[], code postcode, lengths int[], bytes bigint);
    COMMENT ON TABLE notes IS E'Our notes.\\nTwo lines */ here.';
    CREATE TABLE hidden (id int);
    CREATE TABLE visits (id int) PARTITION BY RANGE (id);
    CREATE TABLE visits_first PARTITION OF visits FOR VALUES FROM (1) TO (2);
    GRANT SELECT ON visits, visits_first TO types_app;
    GRANT SELECT, INSERT ON notes TO types_app;
    REVOKE SELECT ON customers FROM types_app;
    GRANT SELECT (id, points, mood, "first seen") ON customers TO types_app;`)
  const text = await cli(['types', '--role', 'types_app', '--schema', 'public'])
  assert.match(text, /^export type Mood = 'good' \| 'it\\'s bad'$/m)
  assert.match(text, /^export type BookingStatusTypeV1 = .* \| 'waiting'$/m)
  assert.deepEqual(interfaceOf(text, 'Customers'), [
    'id: ColumnType<string, string | undefined, string>',
    'points: ColumnType<number, number | undefined, number>',
    'mood: Mood | null',
    "'first seen': ColumnType<Date | null, string | null, string | null>",
  ])
  assert.deepEqual(interfaceOf(text, 'Notes'), [
    'id: ColumnType<number, never, never>',
    'business_id: string',
    'tags: string[]',
    'moods: string | null',
    'code: string',
    'lengths: number[] | null',
    'bytes: ColumnType<string | null, bigint | number | string | null, bigint | number | string | null>',
  ])
  assert.match(text, /^\/\*\*\n \* Our notes\.\n \* Two lines \* \/ here\.\n \*\/\nexport interface Notes/m)
  assert.doesNotMatch(text, /hidden|password_hash|visits_first/)
})

test('what pg reads is what the interface says', async () => {
  await admin.query(`
    CREATE VIEW kinds AS
    SELECT true AS bool, '\\x00'::bytea, '2030-01-01'::date, 1::float4, 1::float8, 1::int2, 1::int4, 1::int8, '1 day'::interval AS span, '{}'::jsonb,
           1::numeric, 1::oid, now()::timestamp AS timestamp, now() AS timestamptz, now()::time AS time, uuid_generate_v4() AS uuid,
           tstzrange(now(), NULL) AS range, '{1}'::numeric[] AS numerics, '{1}'::int8[] AS int8s, '{2030-01-01}'::date[] AS dates,
           '{t}'::bool[] AS bools, '{a}'::varchar[] AS varchars, ARRAY[uuid_generate_v4()] AS uuids, '{now}'::timestamptz[] AS instants,
           '{"{}"}'::jsonb[] AS jsonbs, '{1}'::float4[] AS floats, '{1}'::int2[] AS int2s, '{00:00}'::time[] AS times, '{pending}'::booking_status_type_v1[] AS statuses;
    GRANT SELECT ON kinds TO types_app`)
  const { rows: [row] } = await admin.query('SELECT * FROM kinds')
  const names: Record<string, string> = { JsonValue: 'Object', 'JsonValue[]': 'Object[]', Interval: 'PostgresInterval' }
  const declared = interfaceOf(await cli(['types', '--role', 'types_app']), 'Kinds').map(line => {
    const [, name = '', type = ''] = /^(\w+): ColumnType<(.*) \| null, never, never>$/.exec(line) ?? []
    return [name, names[type] ?? type]
  })
  assert.deepEqual(Object.fromEntries(declared), Object.fromEntries(Object.entries(row).map(([name, value]) => [name, kind(value)])))
})

test('a mistake is told', async () => {
  await assert.rejects(cli([]), { code: 2, stderr: /^usage: / })
  await assert.rejects(cli(['types', '--shema', 'x']), { code: 2, stderr: /^usage: / })
  await assert.rejects(cli(['types', '--role', 'nobody_at_all']), { code: 1, stderr: /^bookmeatoz: role "nobody_at_all" does not exist\n$/ })
  await assert.rejects(cli(['types'], { PGDATABASE: 'postgres' }), { code: 1, stderr: /no extension bookmeatoz/ })
  await assert.rejects(cli(['types', '--schema', 'none']), { code: 1, stderr: /may read no table in schema "none"/ })
})

test('the compiler knows what can be written', async () => {
  const db = new Kysely<Database>({ dialect: new PostgresDialect({ pool: new pg.Pool({ database, max: 1 }) }) })
  const tenant = await db.insertInto('tenants').values({ name: 'T', subdomain: 'types' }).returning('id').executeTakeFirstOrThrow()
  const business = await db.insertInto('businesses').values({ tenant_id: tenant.id, name: 'B', slug: 'b', settings: { capacity: 1 } })
    .returning(['id', 'status', 'created_at']).executeTakeFirstOrThrow()
  const status: 'active' | 'inactive' | 'suspended' | 'pending_setup' = business.status
  const instant: Date = business.created_at
  assert.deepEqual([status, instant instanceof Date], ['active', true])
  // Only compiled. Each line is an error without its directive.
  const never = (): unknown[] => [
    // @ts-expect-error: name is missing
    db.insertInto('tenants').values({ subdomain: 'x' }),
    // @ts-expect-error: no such label
    db.insertInto('businesses').values({ tenant_id: 't', name: 'B', slug: 'b', status: 'open' }),
    // @ts-expect-error: generated
    db.updateTable('bookings').set('busy', '[,)'),
    // @ts-expect-error: unreadable
    db.selectFrom('users').select('password_hash'),
    // @ts-expect-error: not granted
    db.selectFrom('token_blacklist').selectAll(),
  ]
  assert.equal(typeof never, 'function')
  await db.destroy()
})

/** The members of an interface, without comments. */
function interfaceOf(text: string, name: string): string[] {
  const body = new RegExp(`^export interface ${name} \\{\\n([^}]*)^\\}`, 'm').exec(text)?.[1] ?? ''
  return body.split('\n').map(line => line.trim()).filter(line => line !== '' && !/^[/*]/.test(line))
}

function kind(value: unknown): string {
  if (Array.isArray(value)) return `${kind(value[0])}[]`
  return typeof value === 'object' && value !== null ? value.constructor.name : typeof value
}
