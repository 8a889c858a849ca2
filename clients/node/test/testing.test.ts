import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import pg from 'pg'
import { createBooking, type Booking } from 'bookmeatoz'
import { expectIsolation, sample, temporaryDatabase, withRollback, type Sample, type TemporaryDatabase } from 'bookmeatoz/testing'

const template = 'testing_test'
const server = new pg.Client({ database: 'postgres' })
await server.connect()
let copy: TemporaryDatabase
let admin: pg.Client
let db: Booking
let two: Sample

async function copies(): Promise<string[]> {
  return (await server.query(`SELECT datname FROM pg_database WHERE datname LIKE 'testing\\_test\\_%'`)).rows.map(row => row.datname)
}

async function remove(): Promise<void> {
  for (const name of [...(await copies()), template]) await server.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`)
  for (const role of ['testing_owner', 'testing_app']) await server.query(`DROP ROLE IF EXISTS ${role}`)
}

async function inDatabase<T>(database: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ database })
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}

before(async () => {
  await remove()
  await server.query(`CREATE DATABASE ${template}`)
  await server.query('CREATE ROLE testing_owner')
  await server.query('CREATE ROLE testing_app LOGIN')
  two = await inDatabase(template, async client => {
    await client.query(`CREATE SCHEMA booking; CREATE EXTENSION bookmeatoz SCHEMA booking CASCADE; SELECT booking.bookmeatoz_set_owner('testing_owner');
                        SET ROLE testing_owner; SELECT booking.bookmeatoz_grant_app_role('testing_app'); RESET ROLE`)
    return sample(client)
  })
  copy = await temporaryDatabase({ template })
  admin = new pg.Client({ database: copy.name, options: '-c search_path=booking' })
  await admin.connect()
  db = createBooking({ pool: { database: copy.name, user: 'testing_app', max: 2, options: '-c search_path=booking' }, schema: 'booking' })
})
after(async () => {
  await db.close()
  await admin.end()
  await copy.drop()
  assert.deepEqual(await copies(), [])
  await remove()
  await server.end()
})

const contexts = (): [{ businessId: string }, { businessId: string }] => [{ businessId: two.a.businessId }, { businessId: two.b.businessId }]

test('a copy has the rows of its template, its rights, and no temporary objects', async () => {
  const { rows: [row] } = await admin.query('SELECT count(*)::int FROM businesses')
  assert.equal(row.count, 2)
  const { rows: findings } = await admin.query(`SELECT finding FROM bookmeatoz_verify() WHERE severity = 'error'`)
  assert.deepEqual(findings, [])
  assert.equal((await admin.query(`SELECT has_database_privilege('testing_owner', current_database(), 'TEMPORARY') AS may`)).rows[0].may, true)
  assert.equal((await admin.query(`SELECT has_database_privilege('testing_app', current_database(), 'TEMPORARY') AS may`)).rows[0].may, false)
})

test('copies are made at once, are independent, and are dropped although somebody is connected', async () => {
  const both = await Promise.all([1, 2].map(() => temporaryDatabase({ template, admin: { user: 'postgres' } })))
  await inDatabase(both[0]!.name, client => client.query('DELETE FROM booking.bookings; DELETE FROM booking.tenants'))
  const count = await inDatabase(both[1]!.name, async client => (await client.query('SELECT count(*)::int FROM booking.tenants')).rows[0].count)
  assert.equal(count, 2)
  const left = new pg.Client({ database: both[0]!.name })
  left.on('error', () => {})
  await left.connect()
  await Promise.all(both.map(other => other.drop()))
})

test('a copy is dropped at once after its pool has ended, and no session is killed that is about to end', async () => {
  for (let i = 0; i < 3; i++) {
    const other = await temporaryDatabase({ template })
    const pool = new pg.Pool({ database: other.name, max: 20 })
    await Promise.all(Array.from({ length: 20 }, () => pool.query('SELECT pg_sleep(0.2)')))
    await pool.end()
    await other.drop()
  }
})

test('a database without bookmeatoz leaves no copy', async () => {
  await server.query('CREATE DATABASE testing_test_bare')
  await assert.rejects(temporaryDatabase({ template: 'testing_test_bare' }), /no extension bookmeatoz/)
  await server.query('DROP DATABASE testing_test_bare')
  assert.deepEqual(await copies(), [copy.name])
})

test('the sample can be booked', async () => {
  await db.run(contexts()[0], () => withRollback(db, async () => {
    await db.query('SELECT book_slot($1, $2, $3)', [two.a.serviceId, '2030-01-01T03:00Z', two.a.customerId])
    assert.equal((await db.query('SELECT count(*)::int FROM bookings')).rows[0].count, 1)
  }))
})

test('withRollback() answers what its function answers, and nothing is left', async () => {
  await db.run(contexts()[0], async () => {
    const id = await withRollback(db, async transaction => {
      const { rows: [row] } = await transaction.query(`INSERT INTO customers (business_id, name) VALUES ($1, 'Gone') RETURNING id`, [two.a.businessId])
      assert.equal((await db.query('SELECT FROM customers WHERE id = $1', [row.id])).rowCount, 1)
      return row.id as string
    })
    assert.match(id, /^[0-9a-f-]{36}$/)
    assert.equal((await db.query('SELECT FROM customers WHERE id = $1', [id])).rowCount, 0)
    await assert.rejects(withRollback(db, () => Promise.reject(new Error('mine'))), { message: 'mine' })
    // Inside a transaction it undoes its own part alone.
    await db.transaction(async () => {
      await withRollback(db, () => db.query(`INSERT INTO customers (business_id, name) VALUES ($1, 'Gone')`, [two.a.businessId]))
      assert.equal((await db.query('SELECT FROM customers')).rowCount, 1)
    })
  })
})

test("bookmeatoz's own tables are isolated", async () => {
  for (const { businessId, serviceId, customerId, userId } of [two.a, two.b]) {
    await admin.query('SELECT set_session_context(NULL, $1, NULL)', [businessId])
    await admin.query(`INSERT INTO bookings (business_id, service_id, customer_id, start_time, status) VALUES ($1, $2, $3, '2030-02-01 10:00Z', 'confirmed')`, [businessId, serviceId, customerId])
    await admin.query(`INSERT INTO user_business_roles (user_id, business_id, role) VALUES ($1, $2, 'manager')`, [userId, businessId])
    await admin.query(`INSERT INTO service_categories (business_id, name) VALUES ($1, 'C')`, [businessId])
    await admin.query(`INSERT INTO business_availability_overrides (business_id, start_time, end_time, is_unavailable) VALUES ($1, '2030-03-01', '2030-03-02', true)`, [businessId])
  }
  const tables = ['tenants', 'businesses', 'services', 'service_categories', 'users', 'employees', 'employee_services', 'working_hours', 'customers', 'bookings',
    'user_business_roles', 'business_availability_overrides', 'audit_logs']
  for (const table of tables) await expectIsolation(db, table, ...contexts())
  await expectIsolation(db, { schema: 'booking', name: 'customers' }, { tenantId: two.a.tenantId }, { tenantId: two.b.tenantId })
})

/** A table with a row of each business, and policies. */
async function notes(name: string, policies: string): Promise<void> {
  await admin.query(`CREATE TABLE ${name} (id int GENERATED ALWAYS AS IDENTITY, parent int, business_id uuid NOT NULL REFERENCES businesses, text text, PRIMARY KEY (business_id, id));
    GRANT SELECT, INSERT, UPDATE, DELETE ON ${name} TO testing_app; ALTER TABLE ${name} ENABLE ROW LEVEL SECURITY; ${policies}`)
  await admin.query(`INSERT INTO ${name} (business_id) VALUES ($1), ($2)`, [two.a.businessId, two.b.businessId])
}

test('each hole is found', async () => {
  const mine = 'can_access_business(business_id)'
  const holes: [string, string, RegExp][] = [
    ['tight', `CREATE POLICY p ON tight USING (${mine})`, /^$/],
    ['off', 'ALTER TABLE off DISABLE ROW LEVEL SECURITY', /nobody's context sees 2 rows; a and b both see 2 rows/],
    ['reads', `CREATE POLICY r ON reads FOR SELECT USING (business_id IS NOT NULL); CREATE POLICY w ON reads USING (${mine})`, /both see 2 rows/],
    ['deletes', `CREATE POLICY d ON deletes FOR DELETE USING (true); CREATE POLICY p ON deletes USING (${mine})`,
      /^"deletes" is not isolated: a can delete rows of b; b can delete rows of a$/],
    ['changes', `CREATE POLICY u ON changes FOR UPDATE USING (true); CREATE POLICY p ON changes USING (${mine})`,
      /^"changes" is not isolated: a can change rows of b; b can change rows of a$/],
    ['writes', `CREATE POLICY p ON writes USING (${mine}) WITH CHECK (true)`, /^"writes" is not isolated: a can write rows of b; b can write rows of a$/],
    ['barred', 'SELECT', /a sees no row, so nothing is proved; b sees no row/],
  ]
  for (const [name, policies, expected] of holes) {
    await notes(name, policies)
    const message = await expectIsolation(db, name, ...contexts()).then(() => '', (error: unknown) => {
      assert.ok(error instanceof assert.AssertionError, String(error))
      return error.message
    })
    assert.match(message, expected, name)
    assert.equal((await admin.query(`SELECT FROM ${name}`)).rowCount, 2, name)
  }
  await assert.rejects(expectIsolation(db, 'no_such_table', ...contexts()), /no_such_table/)
})
