// The typed functions, and the errors of the booking functions as classes and as problems of HTTP.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import * as bookmeatoz from 'bookmeatoz'
import { createBooking, toHttp, type Booking } from 'bookmeatoz'
import pg from 'pg'
import { admin, administrator, app, auth, business, createWorld, database, removeWorld, schema, value } from './world.js'

let db: Booking
/** A Monday, 9 to 17 in Berlin (winter: 8 to 16 UTC), far enough ahead. */
let day: string
const at = (time: string) => new Date(`${day}T${time}:00Z`)
const run = <T>(fn: () => T): T => db.run(business(0).context, fn)

before(async () => {
  await createWorld()
  db = createBooking({ schema, pool: { database, user: app, max: 2 }, auth: { database, user: auth } })
  const year = new Date().getUTCFullYear() + 1
  const first = new Date(Date.UTC(year, 1, 1))
  day = new Date(Date.UTC(year, 1, 1 + ((8 - first.getUTCDay()) % 7))).toISOString().slice(0, 10)
})
after(async () => {
  await db.close()
  await removeWorld()
})

/** Awaits an error of this class and reason. */
async function refused(promise: Promise<unknown>, Class: new (...args: any[]) => bookmeatoz.BookingError, sqlstate: string, reason: string | undefined, status: number): Promise<void> {
  await assert.rejects(promise, (error: any) => {
    assert.ok(error instanceof Class, `${error.stack}`)
    assert.equal(error.name, Class.name)
    assert.equal(error.sqlstate, sqlstate)
    assert.equal(error.reason, reason)
    assert.ok(error.cause instanceof pg.DatabaseError)
    const { status: found, headers, body } = toHttp(error)
    assert.equal(found, status)
    assert.equal(headers['content-type'], 'application/problem+json')
    assert.deepEqual({ status: body.status, reason: body.reason }, { status, reason })
    assert.deepEqual(toHttp(error.cause), toHttp(error))
    return true
  })
}

test('slots.find: as find_available_slots() has them', async () => {
  const search = { serviceId: business(0).service, fromTime: at('00:00'), toTime: at('23:00'), slotIntervalMinutes: 20 }
  const found = await run(() => db.slots.find(search))
  const rows = await run(() => db.query(
    `SELECT slot_start AS "slotStart", slot_end AS "slotEnd", employee_ids AS "employeeIds", remaining_capacity AS "remainingCapacity"
     FROM find_available_slots($1, $2, $3, slot_interval_minutes => 20)`, [search.serviceId, search.fromTime, search.toTime]))
  assert.ok(found.length > 20)
  assert.deepEqual(found, rows.rows.map(row => ({ ...row })))
  assert.deepEqual(await run(() => db.slots.find({ ...search, employeeId: null, asOf: undefined })), found)
})

test('slots.next, slots.check, slots.checkMany', async () => {
  const { service, employee } = business(0)
  const next = await run(() => db.slots.next({ serviceId: service, afterTime: at('08:00'), maxSlots: 2 }))
  assert.deepEqual(next, ['08:00', '08:15'].map((time, i) => ({
    slotStart: at(time), slotEnd: at(['08:30', '08:45'][i]!), employeeIds: [employee], remainingCapacity: 1 })))
  assert.equal((await run(() => db.slots.next({ serviceId: service }))).length, 1)
  assert.deepEqual(await run(() => db.slots.check({ serviceId: service, slotStart: at('08:00') })), { available: true, reason: 'ok', employeeIds: [employee] })
  assert.deepEqual(await run(() => db.slots.checkMany({ serviceId: service, slotStarts: [at('08:00'), at('03:00').toISOString()] })), [
    { slotStart: at('08:00'), available: true, reason: 'ok', employeeIds: [employee] },
    { slotStart: at('03:00'), available: false, reason: 'outside_hours', employeeIds: [] },
  ])
})

test('slots.dates: YYYY-MM-DD in and out, Date refused', async () => {
  const search = { serviceId: business(0).service, fromDate: day, toDate: day }
  const zone = process.env.TZ
  for (const TZ of ['Asia/Kathmandu', 'America/New_York', 'UTC']) {
    process.env.TZ = TZ
    assert.deepEqual(await run(() => db.slots.dates(search)), [{ availableDate: day, firstSlot: at('08:00') }])
  }
  if (zone === undefined) delete process.env.TZ
  else process.env.TZ = zone
  for (const date of [new Date(), '1.2.2030', `${day}T00:00`]) {
    await assert.rejects(run(() => db.slots.dates({ ...search, toDate: date as string })), bookmeatoz.ArgumentError)
  }
})

test('named notation, only the arguments given; other names are refused', async () => {
  const seen: string[] = []
  const query = pg.Client.prototype.query
  pg.Client.prototype.query = function (this: pg.Client, ...args: any[]) {
    seen.push(args[0].text)
    return (query as any).apply(this, args)
  } as any
  try {
    await run(() => db.slots.next({ serviceId: business(0).service, employeeId: undefined, maxSlots: 1 }))
  } finally {
    pg.Client.prototype.query = query
  }
  assert.deepEqual(seen, ['SELECT * FROM "booking".next_available_slots(service_id => $1, max_slots => $2)'])
  await assert.rejects(run(() => db.slots.next({ serviceId: business(0).service, 'maxSlots => 1) --': 1 } as any)), bookmeatoz.ArgumentError)
  await assert.rejects(run(() => db.slots.next({ serviceId: business(0).service, unknown: 1 } as any)), (error: any) => error.sqlstate === '42883')
})

test('bookings: hold, confirm, reschedule, cancel, release, book', async () => {
  const { service, customer, employee } = business(0)
  await run(async () => {
    const hold = await db.bookings.hold({ serviceId: service, slotStart: at('09:00') })
    assert.equal(hold.employeeId, employee)
    assert.deepEqual([hold.startTime, hold.endTime], [at('09:00'), at('09:30')])
    assert.ok(hold.holdExpiresAt instanceof Date)
    const booked = await db.bookings.confirm({ bookingId: hold.bookingId, customerId: customer })
    assert.deepEqual([booked.status, booked.holdExpiresAt], ['confirmed', null])
    const moved = await db.bookings.reschedule({ bookingId: booked.bookingId, slotStart: at('10:00'), anyEmployee: true })
    assert.deepEqual([moved.bookingId, moved.startTime], [booked.bookingId, at('10:00')])
    assert.equal((await db.bookings.cancel({ bookingId: booked.bookingId, reason: 'ill' })).status, 'cancelled')
    const second = await db.bookings.hold({ serviceId: service, slotStart: at('10:00'), customerId: customer })
    await db.bookings.release({ bookingId: second.bookingId })
    const last = await db.bookings.book({
      serviceId: service, slotStart: at('10:00').toISOString(), customerId: customer, status: 'pending', notes: 'n', metadata: { a: [1] }, idempotencyKey: 'k' })
    assert.equal(last.status, 'pending')
    assert.deepEqual((await db.query('SELECT notes, metadata FROM bookings WHERE id = $1', [last.bookingId])).rows, [{ notes: 'n', metadata: { a: [1] } }])
    const busy = await db.employees.freeBusy({ employeeId: employee, fromTime: at('07:30'), toTime: at('11:00') })
    assert.deepEqual(busy, [
      { startTime: at('07:30'), endTime: at('08:00'), busyType: 'BUSY-UNAVAILABLE' },
      { startTime: at('08:00'), endTime: at('10:00'), busyType: 'FREE' },
      { startTime: at('10:00'), endTime: at('10:30'), busyType: 'BUSY-TENTATIVE' },
      { startTime: at('10:30'), endTime: at('11:00'), busyType: 'FREE' },
    ])
  })
})

test('bookings: several at once', async () => {
  const { service, customer } = business(2)
  await db.run(business(2).context, async () => {
    const seriesId = '7b6f6f0e-0000-4000-8000-000000000001'
    const starts = [at('08:00'), at('09:00'), at('09:00'), at('03:00')]
    const skipped = await db.bookings.bookMany({ serviceIds: [service], slotStarts: starts, customerId: customer, onConflict: 'skip', seriesId })
    assert.deepEqual(skipped.map(item => [item.item, item.reason, item.status, item.startTime.getTime()]),
      [[1, null, 'confirmed', +starts[0]!], [2, null, 'confirmed', +starts[1]!], [3, 'full', null, +starts[2]!], [4, 'outside_hours', null, +starts[3]!]])
    await refused(db.bookings.bookMany({ serviceIds: [service], slotStarts: [at('11:00'), at('08:00')], customerId: customer, employeeIds: [null] }),
      bookmeatoz.SlotTakenError, '23P01', 'full', 409)
    const [first, second] = skipped
    const moved = await db.bookings.rescheduleMany({ bookingIds: [first!.bookingId!, second!.bookingId!], slotStarts: [at('09:00'), at('08:00')] })
    assert.deepEqual(moved.map(one => one.startTime), [at('09:00'), at('08:00')])
    assert.deepEqual((await db.bookings.cancelSeries({ seriesId, reason: 'over' })).map(one => one.status), ['cancelled', 'cancelled'])
  })
})

test('each row of the table of errors has its class, and its status', async () => {
  const { service, customer } = business(1)
  const other = business(0)
  const nowhere = '7b6f6f0e-0000-4000-8000-00000000000f'
  await db.run(business(1).context, async () => {
    const book = (more: object = {}) => db.bookings.book({ serviceId: service, slotStart: at('08:00'), customerId: customer, ...more })
    const booked = await book({ idempotencyKey: 'one' })
    await refused(book(), bookmeatoz.SlotTakenError, '23P01', 'full', 409)
    const insert = `INSERT INTO bookings (business_id, service_id, customer_id, employee_id, start_time, end_time, status) VALUES ($1, $2, $3, $4, $5, $6, 'confirmed')`
    const plain = (start: string, end: string) => db.query(insert, [business(1).context.businessId, service, customer, business(1).employee, at(start), at(end)])
    await refused(plain('08:15', '08:45'), bookmeatoz.SlotTakenError, '23P01', undefined, 409)
    await refused(plain('08:00', '08:30'), bookmeatoz.SlotTakenError, '23505', undefined, 409)
    await refused(book({ slotStart: at('03:00') }), bookmeatoz.SlotNotBookableError, 'BM001', 'outside_hours', 422)
    await refused(book({ slotStart: at('09:00'), idempotencyKey: 'one' }), bookmeatoz.IdempotencyConflictError, 'BM002', undefined, 422)
    // Not found and not visible: the same to the letter.
    await refused(book({ serviceId: nowhere }), bookmeatoz.NotFoundError, 'BM003', 'service', 404)
    await refused(book({ serviceId: other.service }), bookmeatoz.NotFoundError, 'BM003', 'service', 404)
    await refused(db.bookings.release({ bookingId: booked.bookingId }), bookmeatoz.BookingStateError, 'BM004', 'not_a_hold', 409)
    await refused(book({ slotStart: null }), bookmeatoz.ArgumentError, '22004', undefined, 400)
    await refused(book({ status: 'nonsense' }), bookmeatoz.ArgumentError, '22023', undefined, 400)
    await refused(book({ customerId: 'x' }), bookmeatoz.ArgumentError, '22P02', undefined, 400)
    await refused(book({ slotStart: '20000-01-01' }), bookmeatoz.ArgumentError, '22008', undefined, 400)
    await refused(db.query('INSERT INTO notes (business_id) VALUES ($1)', [other.context.businessId]), bookmeatoz.NotAllowedError, '42501', undefined, 403)
    await refused(db.query(`INSERT INTO notes (body) SELECT body FROM notes LIMIT 1`), bookmeatoz.UniqueError, '23505', undefined, 409)
    await refused(db.query('DELETE FROM services'), bookmeatoz.ForeignKeyError, '23503', undefined, 409)
    await refused(db.query(`UPDATE services SET duration = -1`), bookmeatoz.CheckError, '23514', undefined, 422)
    await refused(db.query(`UPDATE services SET name = NULL`), bookmeatoz.CheckError, '23502', undefined, 422)
    await refused(db.query(`DO $$ BEGIN RAISE 'again' USING ERRCODE = '40001'; END $$`), bookmeatoz.RetryError, '40001', undefined, 503)
    await refused(db.transaction(async () => {
      await db.query(`SET LOCAL statement_timeout = '10ms'`)
      await db.query('SELECT pg_sleep(1)')
    }), bookmeatoz.TimeoutError, '57014', undefined, 503)
    await refused(db.query('SELECT nonsense'), bookmeatoz.BookingError, '42703', undefined, 500)
  })
  assert.equal(toHttp(new Error('secret')).status, 500)
  assert.ok(!JSON.stringify(toHttp(new Error('secret'))).includes('secret'))
  assert.ok(!JSON.stringify(toHttp(new bookmeatoz.UniqueError('secret', { reason: 'secret' }))).includes('secret'))
  assert.equal(toHttp(new Error('a query builder wraps it', { cause: new bookmeatoz.NotFoundError('gone') })).status, 404)
  assert.equal(toHttp(new bookmeatoz.ContextMissingError('x')).status, 500)
  assert.equal(toHttp(null).status, 500)
  const nobody = createBooking({ pool: { host: '/nowhere' } })
  await assert.rejects(nobody.anonymous(() => nobody.query('SELECT 1')), bookmeatoz.ConnectionError)
})

test('resolve.tenant, resolve.business: without a context, and with one', async () => {
  const { context, slug } = business(3)
  for (const around of [(fn: () => Promise<void>) => fn(), (fn: () => Promise<void>) => run(fn), (fn: () => Promise<void>) => run(() => db.transaction(fn))]) {
    await around(async () => {
      assert.equal(await db.resolve.tenant('tenant-1'), context.tenantId)
      assert.equal(await db.resolve.tenant('nobody'), null)
      assert.deepEqual(await db.resolve.business({ slug }), { businessId: context.businessId, tenantId: context.tenantId })
      assert.equal(await db.resolve.business({ subdomain: 'nobody' }), null)
    })
  }
  await assert.rejects(db.resolve.business({} as any), bookmeatoz.ArgumentError)
})

test('auth.run: the pool of the auth role; auth.register', async () => {
  const id = await db.auth.register({ email: 'New@example.org', passwordHash: 'hash', profile: { name: 'Nora' } })
  await refused(db.auth.register({ email: 'new@example.org', passwordHash: null }), bookmeatoz.UniqueError, '23505', undefined, 409)
  await db.run(business(0).context, () => db.auth.run(async transaction => {
    const { rows } = await transaction.query('SELECT id, password_hash, current_user AS role, current_session_business_id() AS business FROM users WHERE email = $1', ['new@example.org'])
    assert.deepEqual(rows, [{ id, password_hash: 'hash', role: auth, business: null }])
    await assert.rejects(transaction.transaction(inner => inner.query('SELECT FROM bookings')), bookmeatoz.NotAllowedError)
    // The pool of the application keeps its context.
    assert.equal((await db.query('SELECT current_user AS role')).rows[0].role, app)
  }))
  const without = createBooking({ schema, pool: { database, user: app } })
  await assert.rejects(without.auth.run(() => 1), bookmeatoz.ArgumentError)
  assert.match(await without.auth.register({ email: 'second@example.org', passwordHash: null }), /^[0-9a-f-]{36}$/)
  await without.close()
})

test('admin.verify, and a system administrator', async () => {
  const findings = await db.admin.verify()
  assert.ok(findings.every(({ severity, finding }) => ['error', 'warning'].includes(severity) && typeof finding === 'string'))
  await admin.query('ALTER TABLE bookings DISABLE ROW LEVEL SECURITY')
  assert.ok((await db.admin.verify()).some(({ severity, finding }) => severity === 'error' && finding.includes('bookings')))
  await admin.query('ALTER TABLE bookings ENABLE ROW LEVEL SECURITY')
  const platform = createBooking({ schema, pool: { database, user: administrator } })
  const { rows } = await platform.run({ systemAdmin: true }, () => platform.query('SELECT count(*)::int AS n FROM businesses'))
  assert.equal(rows[0].n, await value('SELECT count(*)::int FROM businesses'))
  await platform.close()
})
