// What a statement costs the client when it carries a session context, beside other ways to set one, and beside a pool without context
// and row security. The ways take turns, so that all see the same machine. Needs PGHOST (a folder), a superuser in PGUSER, and in
// PGDATABASE the sample of demo/sample.sql. Usage: node run.js [--calls N]: N calls of each way, a tenth of it at a distance.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { parseArgs } from 'node:util'
import { Worker } from 'node:worker_threads'
import pg from 'pg'
import postgres from 'postgres'
import { createBooking } from '../../clients/node/dist/index.js'

const calls = Number(parseArgs({ options: { calls: { type: 'string', default: '4000' } } }).values.calls)
const rounds = 40
const roundTrip = 2

const admin = new pg.Client()
await admin.connect()
const { rows: [business] } = await admin.query("SELECT id, tenant_id FROM businesses WHERE slug = 'haarwerk'")
const { rows: [service] } = await admin.query("SELECT id FROM services WHERE business_id = $1 AND name = 'Haircut'", [business.id])
const { rows: [{ monday }] } = await admin.query("SELECT (date_trunc('week', now()) + interval '8 days')::date::text AS monday")
const { rows: [{ version }] } = await admin.query("SELECT current_setting('server_version') AS version")
await admin.end()

const queries = {
  '`SELECT $1::int`': ['SELECT $1::int AS one', [1]],
  'a row by its key': ['SELECT id, name, duration FROM services WHERE id = $1', [service.id]],
  'slots of a day': ["SELECT find_available_slots_json($1, $2, $2::timestamptz + interval '1 day') AS found", [service.id, monday]],
}
const context = { tenantId: business.tenant_id, businessId: business.id }

/** The ways, each as: its name, its round trips, what runs a query, and whose context must be entered before. And what closes them. */
function connect(host, port) {
  const database = process.env.PGDATABASE
  const app = { host, port, database, user: 'demo_app', max: 1 }
  const superuser = { ...app, user: process.env.PGUSER }
  const bare = new pg.Pool(superuser)
  const pool = new pg.Pool(app)
  const db = createBooking({ pool: app })
  const prepared = createBooking({ pool: app, prepared: true })
  const porsager = options => postgres({ host, port, database, username: options.user, max: 1, fetch_types: false })
  const bareSql = porsager(superuser)
  const sql = porsager(app)

  const transaction = (pool, begin) => async (text, values) => {
    const client = await pool.connect()
    try {
      await client.query('BEGIN')
      await begin(client)
      const { rows } = await client.query(text, values)
      await client.query('COMMIT')
      return rows
    } finally {
      client.release()
    }
  }
  const setContext = ['SELECT set_session_context($1, $2, NULL)', [business.tenant_id, business.id]]
  const settings = JSON.stringify([
    ['app.current_tenant_id', business.tenant_id], ['app.current_business_id', business.id], ['app.current_user_id', ''], ['app.is_system_admin', 'false']])
  const named = (text, values) => ({ name: text.slice(0, 60), text, values })
  const ways = [
    ['pg: a pool, no context, no row security', 1, async (text, values) => (await bare.query(text, values)).rows],
    ['**ours: `db.query()`**', 1, async (text, values) => (await db.query(text, values)).rows, db],
    ['**ours: `db.query()`, `prepared: true`**', 1, async (text, values) => (await prepared.query(text, values)).rows, prepared],
    ['pg: a pool, no context, no row security, a query with a name', 1, async (text, values) => (await bare.query(named(text, values))).rows],
    ['**ours: `db.query()`, `prepared: true`, a query with a name**', 1, async (text, values) => (await prepared.query(named(text, values))).rows, prepared],
    ['**ours: `db.transaction()` of one query**', 3, (text, values) => db.transaction(async () => (await db.query(text, values)).rows), db],
    ['pg: BEGIN, query, COMMIT, no context, no row security', 3, transaction(bare, async () => {})],
    ['pg: BEGIN, set_session_context(), query, COMMIT', 4, transaction(pool, client => client.query(...setContext))],
    ["pg: BEGIN, Graphile's set_config() of a JSON list, query, COMMIT", 4, transaction(pool, client =>
      client.query('SELECT set_config(el->>0, el->>1, true) FROM json_array_elements($1::json) el', [settings]))],
    ['pg: BEGIN, four SET LOCAL, query, COMMIT', 7, transaction(pool, async client => {
      await client.query(`SET LOCAL app.current_business_id = '${business.id}'`)
      await client.query(`SET LOCAL app.current_tenant_id = '${business.tenant_id}'`)
      await client.query("SET LOCAL app.current_user_id = ''")
      await client.query("SET LOCAL app.is_system_admin = 'false'")
    })],
    ['postgres: no context, no row security, prepared', 1, (text, values) => bareSql.unsafe(text, values, { prepare: true })],
    ['postgres: begin([set_session_context(), query]), prepared', 3, async (text, values) =>
      (await sql.begin(sql => [sql.unsafe(...setContext, { prepare: true }), sql.unsafe(text, values, { prepare: true })]))[1]],
    ['postgres: BEGIN, set_session_context(), query, COMMIT, prepared', 4, (text, values) => sql.begin(async sql => {
      await sql.unsafe(...setContext, { prepare: true })
      return sql.unsafe(text, values, { prepare: true })
    })],
  ]
  return { ways, close: () => Promise.all([bare.end(), pool.end(), db.close(), prepared.close(), bareSql.end(), sql.end()]) }
}

/** Milliseconds of each way: the median, and the ratio to the first way, which is the median of the ratios of all rounds. */
async function measure(ways, [text, values], calls) {
  const expected = JSON.stringify(await ways[0][2](text, values))
  const medians = ways.map(() => [])
  for (let round = -1; round < rounds; round++) {
    for (const [way, [name, , run, booking]] of ways.entries()) {
      const times = []
      const call = async () => {
        for (let i = 0; i < calls / rounds; i++) {
          const start = performance.now()
          const rows = await run(text, values)
          times.push(performance.now() - start)
          if (round < 0) assert.equal(JSON.stringify([...rows]), expected, name)
        }
      }
      // As a middleware does it: the context is entered once for all queries of a request.
      await (booking ? booking.run(context, call) : call())
      if (round >= 0) medians[way].push(median(times))
    }
  }
  return medians.map(ours => ({ time: median(ours), ratio: median(ours.map((time, round) => time / medians[0][round])) }))
}

const median = list => list.toSorted((a, b) => a - b)[list.length >> 1]

async function measureAt(host, port, calls) {
  const { ways, close } = connect(host, port)
  const measured = []
  for (const query of Object.values(queries)) measured.push(await measure(ways, query, calls))
  await close()
  return { ways, measured }
}

const socket = `${process.env.PGHOST}/.s.PGSQL.${process.env.PGPORT ?? 5432}`
const here = await measureAt(process.env.PGHOST, Number(process.env.PGPORT ?? 5432), calls)
const proxy = new Worker(new URL('proxy.js', import.meta.url), { workerData: { socket, delay: roundTrip / 2 } })
const [port] = await once(proxy, 'message')
const there = await measureAt('127.0.0.1', port, calls / 10)
await proxy.terminate()

console.log(`PostgreSQL ${version}, Node.js ${process.versions.node}, pg 8.23.1, postgres 3.4.9; ${calls} calls of each way, ${calls / 10} at a distance.`)
const names = Object.keys(queries)
const tables = [
  ['on one machine, by its socket; median in microseconds, ratio', here, time => Math.round(time * 1000)],
  [`through a proxy that delays by ${roundTrip} ms; median in milliseconds, ratio`, there, time => time.toFixed(1)],
]
for (const [title, { ways, measured }, shown] of tables) {
  console.log(`\n| ${title} | round trips | ${names.map(name => `${name} | |`).join(' ')}`)
  console.log(`|---|---|${names.map(() => '---|---|').join('')}`)
  for (const [i, [name, trips]] of ways.entries()) {
    console.log(`| ${name} | ${trips} | ${measured.map(way => `${shown(way[i].time)} | ${way[i].ratio.toFixed(2)} |`).join(' ')}`)
  }
}
