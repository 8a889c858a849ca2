// The world of the tests: a database with five businesses of two tenants, and how to reach it, directly and through pgbouncer.
import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { chownSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { Context } from 'bookmeatoz'
import pg from 'pg'
import { dropDatabase } from './drop-database.js'

export interface Business {
  context: Context & { tenantId: string; businessId: string }
  slug: string
  service: string
  customer: string
  employee: string
}

export const database = `${process.env.WORLD ?? 'client'}_${basename(process.argv[1] ?? '', '.test.js').replace(/\W/g, '_')}`
export const schema = 'booking'
const roles = [`${database}_app`, `${database}_auth`, `${database}_admin`] as const
export const [app, auth, administrator] = roles

/** The superuser: sees all, kills connections. */
export let admin: pg.Client
export const businesses: Business[] = []

export const value = async (text: string, values: unknown[] = []): Promise<any> => Object.values((await admin.query(text, values)).rows[0] ?? {})[0]

/** Until the end of a query. The rights on a setting are one row of the whole server, and test files run two at a time: they change it one after another. */
const alone = 'SELECT pg_advisory_xact_lock(1)'

async function removeRoles(server: pg.Client): Promise<void> {
  const { rows } = await server.query('SELECT rolname FROM pg_roles WHERE rolname = ANY ($1)', [roles])
  for (const { rolname } of rows) await server.query(`${alone}; DROP OWNED BY ${rolname}; DROP ROLE ${rolname}`)
}

export async function createWorld(): Promise<void> {
  const server = new pg.Client({ database: 'postgres' })
  await server.connect()
  await dropDatabase(server, database, 'WITH (FORCE)')
  await removeRoles(server)
  await server.query(`CREATE DATABASE ${database}`)
  for (const role of roles) await server.query(`CREATE ROLE ${role} LOGIN`)
  await server.query(`ALTER DATABASE ${database} SET search_path = ${schema}`)
  admin = new pg.Client({ database })
  await admin.connect()
  await admin.query(`CREATE SCHEMA ${schema}; CREATE EXTENSION bookmeatoz SCHEMA ${schema} CASCADE`)
  await admin.query(`SELECT bookmeatoz_grant_app_role('${app}'), bookmeatoz_grant_auth_role('${auth}'), bookmeatoz_grant_app_role('${administrator}');
    -- Whoever sets no context for a query reads that of nobody, and not a leftover one.
    CREATE TABLE notes (id bigint GENERATED ALWAYS AS IDENTITY, business_id uuid NOT NULL DEFAULT current_session_business_id(), body text UNIQUE);
    ALTER TABLE notes ENABLE ROW LEVEL SECURITY;
    CREATE POLICY notes_all ON notes USING (can_access_business(business_id));
    GRANT SELECT, INSERT, UPDATE, DELETE ON notes TO ${app};`)
  await server.query(`${alone}; GRANT SET ON PARAMETER app.is_system_admin TO ${administrator}`)
  await server.end()
  for (let number = 0; number < 5; number++) {
    const tenant = await value(
      `INSERT INTO tenants (name, subdomain) VALUES ($1, $1) ON CONFLICT (subdomain) DO UPDATE SET name = excluded.name RETURNING id`, [`tenant-${number % 2}`])
    const slug = `business-${number}`
    const business = await value(
      `INSERT INTO businesses (tenant_id, name, slug, timezone) VALUES ($1, $2, $2, 'Europe/Berlin') RETURNING id`, [tenant, slug])
    const service = await value(`INSERT INTO services (business_id, name, duration) VALUES ($1, 'Haircut', 30) RETURNING id`, [business])
    const customer = await value(`INSERT INTO customers (business_id, name) VALUES ($1, 'Lena') RETURNING id`, [business])
    const user = await value(`INSERT INTO users (email) VALUES ($1) RETURNING id`, [`mia@${slug}.example`])
    const employee = await value(`INSERT INTO employees (business_id, user_id) VALUES ($1, $2) RETURNING id`, [business, user])
    await admin.query(`INSERT INTO employee_services (employee_id, service_id) VALUES ($1, $2)`, [employee, service])
    await admin.query(`INSERT INTO working_hours (business_id, day_of_week, start_time, end_time) SELECT $1, day, '09:00', '17:00' FROM generate_series(1, 5) AS day`, [business])
    await admin.query(`INSERT INTO notes (business_id, body) SELECT $1, $2 || n FROM generate_series(1, 250) AS n`, [business, slug])
    businesses.push({ context: { tenantId: tenant, businessId: business }, slug, service, customer, employee })
  }
}

export async function removeWorld(): Promise<void> {
  await admin.end()
  const server = new pg.Client({ database: 'postgres' })
  await server.connect()
  await dropDatabase(server, database)
  await removeRoles(server)
  await server.end()
}

/** The business with this number, and so on, round and round. */
export const business = (number: number): Business => businesses[number % businesses.length] as Business

/** Ends the server process with this number, and waits until it is gone. */
export async function kill(pid: number): Promise<void> {
  await admin.query('SELECT pg_terminate_backend($1, 5000)', [pid])
}

/** Runs a server that a test has for itself: it ends with the test, however that ends. */
export const endsWithParent = fileURLToPath(new URL('../../../../test/ends_with_parent.sh', import.meta.url))

/** Makes postgres, as which servers run where the test runs as root, the owner. */
export function giveToPostgres(...paths: string[]): void {
  if (process.getuid?.() !== 0) return
  const [user, group] = ['-u', '-g'].map(option => Number(execFileSync('id', [option, 'postgres'])))
  for (const path of paths) chownSync(path, user as number, group as number)
}

export const pgbouncer = ['/usr/sbin/pgbouncer', '/usr/bin/pgbouncer'].find(existsSync)
let bouncer: ChildProcess | undefined
let folder = ''

/** Starts pgbouncer with two server connections; returns how to reach it. */
export async function startPgbouncer(): Promise<pg.PoolConfig> {
  folder = mkdtempSync(join(tmpdir(), 'pgbouncer-'))
  const port = 6432
  writeFileSync(join(folder, 'users'), roles.map(role => `"${role}" ""\n`).join(''))
  writeFileSync(join(folder, 'ini'), `[databases]
${database} = host=${process.env.PGHOST ?? '/var/run/postgresql'} port=${process.env.PGPORT ?? 5432} dbname=${database}
[pgbouncer]
listen_addr =
listen_port = ${port}
unix_socket_dir = ${folder}
auth_type = trust
auth_file = ${folder}/users
pool_mode = transaction
default_pool_size = 2
max_client_conn = 100
logfile = ${folder}/log
pidfile =
`)
  giveToPostgres(folder, join(folder, 'users'), join(folder, 'ini'))
  bouncer = spawn(endsWithParent, [pgbouncer as string, '-q', join(folder, 'ini')], { stdio: 'ignore' })
  const socket = join(folder, `.s.PGSQL.${port}`)
  for (let tries = 0; !existsSync(socket); tries++) {
    if (tries > 100) throw new Error('pgbouncer did not start')
    await sleep(100)
  }
  return { host: folder, port }
}

export async function stopPgbouncer(): Promise<void> {
  if (!bouncer) return
  const gone = new Promise(done => bouncer?.once('exit', done))
  bouncer.kill('SIGINT')
  await Promise.race([gone, sleep(5000)])
  bouncer.kill('SIGKILL')
  bouncer = undefined
  rmSync(folder, { recursive: true })
}

/** The ways to the database: each test runs once for each; for mutants the first is enough. */
const all: { name: string; skip: string | false; open: () => Promise<pg.PoolConfig> }[] = [
  { name: 'directly', skip: false, open: async () => ({}) },
  { name: 'through pgbouncer', skip: pgbouncer ? false : 'pgbouncer is not installed', open: startPgbouncer },
]
export const ways = all.filter(({ name }) => name === (process.env.ONLY_WAY ?? name))
