// Each row of the two tables of the design: what goes wrong in the usual design, and how each case behaves here.
import assert from 'node:assert/strict'
import { AsyncLocalStorage } from 'node:async_hooks'
import { connect, createServer, type AddressInfo } from 'node:net'
import { after, before, describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import {
  ArgumentError, CommitUnknownError, ConnectionError, ContextMissingError, ContextRejectedError, createBooking, RetryError, TimeoutError,
  TransactionAbortedError, TransactionClosedError, UniqueError, type Booking,
} from 'bookmeatoz'
import { Kysely, PostgresDialect, sql } from 'kysely'
import pg from 'pg'
import Cursor from 'pg-cursor'
import { admin, app, business, createWorld, database, kill, removeWorld, schema, stopPgbouncer, value, ways } from './world.js'

before(createWorld)
after(removeWorld)

const OWN = 'SELECT DISTINCT business_id FROM notes'
const A = <T>(db: Booking, fn: () => T): T => db.run(business(0).context, fn)
const B = <T>(db: Booking, fn: () => T): T => db.run(business(1).context, fn)
const ids = async (db: Booking): Promise<string[]> => (await db.query(OWN)).rows.map(row => row.business_id)
const pidOf = async (db: { query: Booking['query'] }): Promise<number> => (await db.query('SELECT pg_backend_pid() AS pid')).rows[0].pid

for (const way of ways) {
  describe(way.name, { skip: way.skip }, () => {
    let config: pg.PoolConfig
    const opened: Booking[] = []
    const open = (pool: pg.PoolConfig = {}, more = {}): Booking => {
      const db = createBooking({ schema, pool: { database, user: app, max: 2, ...config, ...pool }, ...more })
      opened.push(db)
      return db
    }
    before(async () => {
      config = await way.open()
    })
    after(async () => {
      // A test that failed may have kept a client.
      await Promise.race([Promise.all(opened.map(db => db.close())), sleep(1000)])
      await stopPgbouncer()
    })

    test('the context is captured when connect() or query() is called', async () => {
      const db = open({ max: 1 })
      await Promise.all(Array.from({ length: 40 }, async (_, i) => {
        const own = business(i).context
        const rows = await db.run(own, () => new Promise<any[]>((resolve, reject) => {
          if (i % 4 === 0) db.pool.query(OWN, (error, result) => (error ? reject(error) : resolve(result.rows)))
          else if (i % 4 === 1) db.pool.query(OWN).then(result => resolve(result.rows), reject)
          else if (i % 4 === 2) {
            db.pool.connect((error, client, done) => {
              if (error || !client) return reject(error)
              client.query(OWN, (problem: Error, result: pg.QueryResult) => {
                done()
                return problem ? reject(problem) : resolve(result.rows)
              })
            })
          } else db.query(OWN).then(result => resolve(result.rows), reject)
        }))
        assert.deepEqual(rows, [{ business_id: own.businessId }])
      }))
    })

    test("callbacks of the pool run in the caller's asynchronous context", async () => {
      const db = open({ max: 1 })
      const storage = new AsyncLocalStorage<number>()
      await Promise.all(Array.from({ length: 10 }, (_, i) => storage.run(i, () => A(db, () => new Promise<void>((resolve, reject) => {
        db.pool.connect((_error, client, done) => {
          try {
            assert.equal(storage.getStore(), i)
          } catch (wrong) {
            return reject(wrong)
          }
          client?.query('SELECT 1', () => {
            done()
            resolve(storage.getStore() === i ? undefined : reject(new Error('another context')) as undefined)
          })
        })
      })))))
    })

    test('a query after its transaction ended: TransactionClosedError', async () => {
      const db = open({ max: 1 })
      let late: Promise<unknown> | undefined
      let kept: { query: Booking['query'] } | undefined
      await A(db, () => db.transaction(async transaction => {
        kept = transaction
        late = sleep(20).then(() => db.query('SELECT 1'))
        late.catch(() => {})
      }))
      await B(db, () => db.transaction(async () => {
        await assert.rejects(kept!.query('SELECT 1'), TransactionClosedError)
        await assert.rejects(late!, TransactionClosedError)
        assert.deepEqual(await ids(db), [business(1).context.businessId])
      }))
    })

    test('a client used after its release, while another context has it: TransactionClosedError', async () => {
      const db = open({ max: 1 })
      const first = await A(db, () => db.pool.connect())
      first.release()
      const second = await B(db, () => db.pool.connect())
      await assert.rejects(first.query('SELECT 1'), TransactionClosedError)
      assert.throws(() => first.query(new Cursor('SELECT 1')), TransactionClosedError)
      assert.throws(() => first.release(), /already been released/)
      assert.deepEqual((await second.query(OWN)).rows, [{ business_id: business(1).context.businessId }])
      second.release()
    })

    test('an error swallowed, then COMMIT: TransactionAbortedError', async () => {
      const db = open()
      await A(db, async () => {
        await assert.rejects(db.transaction(async transaction => {
          await transaction.query(`INSERT INTO notes (body) VALUES ('swallowed')`)
          await transaction.query('SELECT 1/0').catch(() => {})
        }), (error: Error) => error instanceof TransactionAbortedError && (error.cause as any).sqlstate === '22012')
        assert.equal((await db.query(`SELECT FROM notes WHERE body = 'swallowed'`)).rowCount, 0)
      })
    })

    test('the same where the answers of the server come in pieces', async () => {
      const target = `${config.host ?? process.env.PGHOST ?? '/var/run/postgresql'}/.s.PGSQL.${config.port ?? process.env.PGPORT ?? 5432}`
      // It holds back the last message of each piece, which says that the server is ready.
      const proxy = createServer(client => {
        const server = connect(target)
        let sent = Promise.resolve()
        server.on('data', data => {
          sent = sent.then(async () => {
            client.write(data.subarray(0, -6))
            await sleep(40)
            client.write(data.subarray(-6))
          })
        })
        client.on('data', data => server.write(data))
        for (const [one, other] of [[client, server], [server, client]] as const) one.on('close', () => other.destroy()).on('error', () => {})
      })
      await new Promise<void>(done => proxy.listen(0, '127.0.0.1', done))
      const db = open({ max: 1, host: '127.0.0.1', port: (proxy.address() as AddressInfo).port })
      await assert.rejects(A(db, () => db.transaction(() => db.query('SELECT 1/0').catch(() => {}))), TransactionAbortedError)
      await assert.rejects(A(db, () => db.query('SELECT 1/0')), ArgumentError)
      assert.equal(db.pool.totalCount, 1)
      const client = await A(db, () => db.pool.connect())
      await client.query('BEGIN')
      await assert.rejects(client.query('SELECT 1/0'))
      client.release()
      assert.equal(db.pool.totalCount, 0)
      assert.deepEqual(await B(db, () => ids(db)), [business(1).context.businessId])
      await db.pool.end()
      opened.splice(opened.indexOf(db), 1)
      proxy.close()
    })

    test('a transaction inside a transaction, pool of one: a savepoint on the same client', async () => {
      const db = open({ max: 1 })
      await A(db, async () => {
        await db.transaction(async () => {
          await db.query(`INSERT INTO notes (body) VALUES ('outer')`)
          await assert.rejects(db.transaction(async () => {
            await db.query(`INSERT INTO notes (body) VALUES ('inner')`)
            await db.transaction(() => db.query(`INSERT INTO notes (body) VALUES ('innermost')`))
            throw new Error('mine')
          }), /mine/)
          await assert.rejects(db.transaction(() => db.query('SELECT 1/0').catch(() => {})), TransactionAbortedError)
          await db.transaction(() => db.query(`INSERT INTO notes (body) VALUES ('second')`))
        })
        const { rows } = await db.query(`DELETE FROM notes WHERE body IN ('outer', 'inner', 'innermost', 'second') RETURNING body`)
        assert.deepEqual(rows.map(row => row.body).sort(), ['outer', 'second'])
      })
    })

    test('a checked-out client whose server goes away: the process lives', async () => {
      const db = open({ max: 1 })
      const client = await A(db, () => db.pool.connect())
      await client.query('BEGIN')
      await kill((await client.query('SELECT pg_backend_pid() AS pid')).rows[0].pid)
      await sleep(50)
      await assert.rejects(client.query('SELECT 1'))
      client.release()
      assert.deepEqual(await A(db, () => ids(db)), [business(0).context.businessId])
    })

    test('BEGIN succeeds, the context is refused: the client is destroyed and the first error is thrown', async () => {
      const db = open({ max: 1 })
      await admin.query(`CREATE SCHEMA IF NOT EXISTS refusing; GRANT USAGE ON SCHEMA refusing TO ${app};
        CREATE OR REPLACE FUNCTION refusing.set_session_context(uuid, uuid, uuid, boolean) RETURNS void LANGUAGE plpgsql
        AS $$ BEGIN IF $2 = '${business(0).context.businessId}' THEN RAISE 'not you' USING ERRCODE = '28000'; END IF; PERFORM booking.set_session_context($1, $2, $3, $4); END $$`)
      const refusing = open({ max: 1 }, { schema: 'refusing' })
      await assert.rejects(A(refusing, () => refusing.query('SELECT 1')), ContextRejectedError)
      await assert.rejects(A(refusing, () => refusing.transaction(() => assert.fail('it ran'))), (error: Error) => error instanceof ContextRejectedError && error.message === 'not you')
      await assert.rejects(A(refusing, () => refusing.pool.query('BEGIN')), ContextRejectedError)
      assert.equal(refusing.pool.totalCount, 0)
      assert.deepEqual(await B(refusing, () => ids(refusing)), [business(1).context.businessId])
      // The right to be administrator is the role's; a context is refused, not weakened.
      await assert.rejects(db.run({ systemAdmin: true }, () => db.query('SELECT 1')), ContextRejectedError)
    })

    test('a release inside a transaction: the client is destroyed', async () => {
      const db = open({ max: 1 })
      const client = await A(db, () => db.pool.connect())
      await client.query('BEGIN')
      client.release()
      assert.equal(db.pool.totalCount, 0)
      const failed = await A(db, () => db.pool.connect())
      await failed.query('BEGIN')
      await assert.rejects(failed.query('SELECT 1/0'))
      failed.release()
      assert.equal(db.pool.totalCount, 0)
      const early = await A(db, () => db.pool.connect())
      const answer = early.query('BEGIN')
      early.release()
      await answer
      assert.deepEqual(await B(db, () => ids(db)), [business(1).context.businessId])
    })

    test('a ROLLBACK that fails: the client is destroyed and the first error is thrown', async () => {
      const db = open({ max: 1 })
      await assert.rejects(A(db, () => db.transaction(async () => {
        await kill(await pidOf(db))
        throw new Error('the first')
      })), /the first/)
      assert.deepEqual(await B(db, () => ids(db)), [business(1).context.businessId])
    })

    test('Promise.all in a transaction: its own queue, no deprecation of pg', async () => {
      const warnings: string[] = []
      const listen = (warning: Error) => warnings.push(warning.message)
      process.on('warning', listen)
      const db = open()
      await A(db, () => db.transaction(async () => {
        const results = await Promise.all(Array.from({ length: 10 }, (_, i) => db.query('SELECT $1::int AS n', [i])))
        assert.deepEqual(results.map(result => result.rows[0].n), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
        const settled = await Promise.allSettled([db.transaction(() => db.query('SELECT 1/0')), db.query('SELECT 2')])
        assert.deepEqual(settled.map(result => result.status), ['rejected', 'fulfilled'])
      }))
      const client = await A(db, () => db.pool.connect())
      await Promise.all([client.query('BEGIN'), client.query('SELECT 1'), client.query('COMMIT'), client.query('SELECT 2')])
      client.release()
      await sleep(0)
      process.off('warning', listen)
      assert.deepEqual(warnings, [])
    })

    test('the state of the transaction is that of the moment when a query is sent', async () => {
      const db = open({ max: 1 })
      const own = [{ business_id: business(0).context.businessId }]
      const client = await A(db, () => db.pool.connect())
      const answers = await Promise.all(['BEGIN', OWN, 'COMMIT', OWN, 'BEGIN', OWN, 'ROLLBACK', OWN].map(text => client.query(text)))
      assert.deepEqual(answers.filter(answer => answer.command === 'SELECT').map(answer => answer.rows), [own, own, own, own])
      await client.query('BEGIN')
      const [failed, ended, later] = await Promise.allSettled([client.query('SELECT 1/0'), client.query('ROLLBACK'), client.query(OWN)])
      assert.deepEqual([failed.status, ended.status, later.status], ['rejected', 'fulfilled', 'fulfilled'])
      assert.deepEqual((later as PromiseFulfilledResult<pg.QueryResult>).value.rows, own)
      client.release()
    })

    test('a stream read after its callback: the generator owns its transaction', async () => {
      const db = open({ max: 1 })
      const rows = A(db, () => db.stream(OWN))
      const found = []
      for await (const row of rows) found.push(row.business_id)
      assert.deepEqual(found, [business(0).context.businessId])
      // One of a transaction that is over does not hang.
      const dead = await A(db, () => db.transaction(async () => ({ rows: db.stream(OWN) })))
      await assert.rejects(dead.rows.next(), TransactionClosedError)
    })

    test('a stream in a transaction sees what the transaction wrote, and lets its other queries through', async () => {
      const db = open({ max: 1 })
      await assert.rejects(A(db, () => db.transaction(async () => {
        await db.query(`INSERT INTO notes (body) VALUES ('seen')`)
        const seen = []
        for await (const { body } of db.stream<{ body: string }>('SELECT body FROM notes WHERE $1 ORDER BY id DESC', [true], { batch: 7 })) {
          seen.push(body)
          await db.query('SELECT 1')
        }
        assert.equal(seen.length, 251)
        assert.equal(seen[0], 'seen')
        throw new Error('undo')
      })), /undo/)
    })

    test('a stream left early: cursor closed, transaction ended', async () => {
      const db = open({ max: 1 })
      await A(db, async () => {
        let pid = 0
        for await (const row of db.stream('SELECT pg_backend_pid() AS pid FROM notes', [], { batch: 2 })) {
          pid = row.pid
          break
        }
        assert.equal(await value('SELECT state FROM pg_stat_activity WHERE pid = $1', [pid]), 'idle')
        assert.equal((await db.query(`SELECT FROM pg_cursors WHERE name <> ''`)).rowCount, 0)
        await assert.rejects(async () => {
          for await (const row of db.stream('SELECT 1 / (n - 3) FROM generate_series(1, 9) AS n', [], { batch: 1 })) assert.ok(row)
        }, (error: any) => error.sqlstate === '22012')
        await assert.rejects(db.stream('SELECT 1', [], { batch: 0 }).next(), ArgumentError)
        assert.equal((await db.query('SELECT FROM notes')).rowCount, 250)
      })
    })

    test('LISTEN, cursors outside a transaction, pipeline: true: refused, naming the alternative', async () => {
      const db = open({ max: 1 })
      await A(db, async () => {
        for (const text of ['LISTEN news', ' /* x */ listen news', '-- x\nLISTEN news']) {
          await assert.rejects(db.query(text), (error: Error) => error instanceof ArgumentError && /pg\.Client/.test(error.message))
          await assert.rejects(db.transaction(() => db.query(text)), ArgumentError)
          await assert.rejects(db.pool.query(text), ArgumentError)
        }
        await assert.rejects(db.query('DECLARE c CURSOR WITH HOLD FOR SELECT 1'), /stream\(\)/)
        const client = await db.pool.connect()
        assert.throws(() => client.query(new Cursor('SELECT 1')), (error: Error) => error instanceof ArgumentError && /stream\(\)/.test(error.message))
        await client.query('BEGIN')
        const cursor = client.query(new Cursor(OWN))
        assert.deepEqual(await cursor.read(10), [{ business_id: business(0).context.businessId }])
        await cursor.close()
        const commit = client.query('COMMIT')
        assert.throws(() => client.query(new Cursor('SELECT 1')), ArgumentError)
        await commit
        client.release()
        await assert.rejects(async () => db.pool.query(new Cursor('SELECT 1') as any), ArgumentError)
      })
      assert.throws(() => open({ pipeline: true }), (error: Error) => error instanceof ArgumentError && /pipeline/.test(error.message))
    })

    test('a leaked client: the next one waits for connectionTimeoutMillis, which has a default', async () => {
      assert.equal(open().pool.options.connectionTimeoutMillis, 10_000)
      const db = open({ max: 1, connectionTimeoutMillis: 50 })
      const leaked = await A(db, () => db.pool.connect())
      await assert.rejects(A(db, () => db.query('SELECT 1')), TimeoutError)
      leaked.release()
    })

    test('two copies of the package in one process: one storage', async () => {
      const copy = (await import(`${new URL('../../dist/context.js', import.meta.url).href}?copy`)) as { currentContext(): unknown }
      const db = open()
      A(db, () => assert.equal(copy.currentContext(), db.context()))
      assert.ok((globalThis as any)[Symbol.for('bookmeatoz.context.1')] instanceof AsyncLocalStorage)
    })

    test('no context: ContextMissingError, never zero rows in silence', async () => {
      const db = open()
      await assert.rejects(db.query('SELECT 1'), ContextMissingError)
      await assert.rejects(db.transaction(() => 1), ContextMissingError)
      assert.throws(() => db.stream('SELECT 1'), ContextMissingError)
      await assert.rejects(db.pool.connect(), ContextMissingError)
      await assert.rejects(db.pool.query('SELECT 1'), ContextMissingError)
      await assert.rejects(new Promise((resolve, reject) => db.pool.query('SELECT 1', error => (error ? reject(error) : resolve(0)))), ContextMissingError)
      await assert.rejects(db.slots.next({ serviceId: business(0).service }), ContextMissingError)
      assert.throws(() => db.run({ businessId: undefined }, () => 1), ContextMissingError)
      assert.equal(db.context(), undefined)
      await db.anonymous(async () => assert.deepEqual((await db.query(OWN)).rows, []))
    })

    test('run() checks the UUIDs, freezes the context, and throws inside a transaction', async () => {
      const db = open()
      assert.throws(() => db.run({ businessId: 'x' }, () => 1), ArgumentError)
      assert.throws(() => db.run({ businessId: `${business(0).context.businessId}:1` }, () => 1), ArgumentError)
      const mutable = { ...business(0).context }
      await db.run(mutable, async () => {
        mutable.businessId = business(1).context.businessId
        assert.throws(() => Object.assign(db.context()!, mutable), TypeError)
        assert.deepEqual(await ids(db), [business(0).context.businessId])
        await db.transaction(async () => {
          assert.throws(() => B(db, () => 1), TransactionClosedError)
          assert.throws(() => db.anonymous(() => 1), TransactionClosedError)
        })
        // One context inside another; and what a transaction left running may begin anew.
        assert.deepEqual(await B(db, () => ids(db)), [business(1).context.businessId])
        let late: Promise<string[]> | undefined
        await db.transaction(async () => {
          late = sleep(20).then(() => B(db, () => ids(db)))
        })
        assert.deepEqual(await late, [business(1).context.businessId])
      })
    })

    test('what begins only when it is awaited, as queries of builders do, begins in its context', async () => {
      const db = open()
      const lazy = () => ({ then: (tell: (context: unknown) => void) => tell(db.context()) }) as unknown as Promise<unknown>
      assert.deepEqual(await A(db, lazy), A(db, () => db.context()))
      assert.deepEqual(await db.anonymous(lazy), {})
    })

    test("every statement sets all four values, with the schema's name: a leftover SET is overridden", async () => {
      const db = open({ max: 1 })
      await B(db, () => db.query(`SET app.current_business_id = '${business(1).context.businessId}'`))
      await B(db, () => db.query(`SET app.current_tenant_id = '${business(1).context.tenantId}'`))
      await B(db, () => db.query('SET search_path = pg_catalog'))
      const { rows } = await db.run({ tenantId: business(0).context.tenantId }, () => db.query(
        `SELECT booking.current_session_tenant_id() AS tenant, booking.current_session_business_id() AS business, booking.current_session_user_id() AS user, booking.is_system_admin() AS admin`))
      assert.deepEqual(rows, [{ tenant: business(0).context.tenantId, business: null, user: null, admin: false }])
      await A(db, () => db.query('RESET ALL'))
    })

    test('BEGIN through a query builder: BEGIN and context in one round trip, its isolation clause kept', async () => {
      const db = open()
      const kysely = new Kysely<any>({ dialect: new PostgresDialect({ pool: db.pool }) })
      await A(db, async () => {
        const { rows } = await kysely.transaction().setIsolationLevel('serializable').execute(transaction =>
          sql<any>`SELECT current_setting('transaction_isolation') AS level, current_session_business_id() AS business`.execute(transaction))
        assert.deepEqual(rows, [{ level: 'serializable', business: business(0).context.businessId }])
        const client = await db.pool.connect()
        let syncs = 0
        client.connection.on('readyForQuery', () => syncs++)
        for (const begin of ['BEGIN;', '/* a */ begin', '-- x\n start  transaction read only']) {
          assert.equal((await client.query(begin)).command, begin.includes('start') ? 'START' : 'BEGIN')
          assert.deepEqual((await client.query(OWN)).rows, [{ business_id: business(0).context.businessId }])
          await client.query('COMMIT')
        }
        assert.equal(syncs, 9)
        client.release()
      })
    })

    test('a single query is one round trip, and atomic with its context', async () => {
      const db = open({ max: 1 })
      const client = await A(db, () => db.pool.connect())
      let syncs = 0
      client.connection.on('readyForQuery', () => syncs++)
      const result = await client.query<any>({ text: 'SELECT business_id, 1 AS one FROM notes WHERE $1 LIMIT 1', values: [true], rowMode: 'array' } as any)
      assert.deepEqual(result.rows, [[business(0).context.businessId, 1]])
      assert.deepEqual(result.fields.map((field: pg.FieldDef) => field.name), ['business_id', 'one'])
      assert.equal((await client.query('')).rowCount, null)
      assert.equal((await client.query(`UPDATE notes SET body = body`)).rowCount, 250)
      assert.equal(syncs, 3)
      client.release()
      assert.equal((await A(db, () => db.query('SELECT 1'))).rows.length, 1)
    })

    test('parallel nested transactions: savepoints, one after the other', async () => {
      const db = open({ max: 1 })
      const order: string[] = []
      await A(db, () => db.transaction(async () => {
        const settled = await Promise.allSettled(['a', 'b', 'c', 'd'].map(name => db.transaction(async () => {
          order.push(`${name} begins`)
          await db.query(`INSERT INTO notes (body) VALUES ('parallel ' || $1)`, [name])
          await sleep(5)
          order.push(`${name} ends`)
          if (name === 'b') throw new Error('b')
        })))
        assert.deepEqual(settled.map(result => result.status), ['fulfilled', 'rejected', 'fulfilled', 'fulfilled'])
      }))
      assert.deepEqual(order, ['a', 'b', 'c', 'd'].flatMap(name => [`${name} begins`, `${name} ends`]))
      assert.equal((await A(db, () => db.query(`DELETE FROM notes WHERE body LIKE 'parallel %'`))).rowCount, 3)
    })

    test('the outer handle used inside the inner one: an error, no deadlock', async () => {
      const db = open({ max: 1 })
      await A(db, () => db.transaction(async outer => {
        await outer.transaction(async inner => {
          await assert.rejects(outer.query('SELECT 1'), TransactionClosedError)
          await assert.rejects(outer.transaction(() => 1), TransactionClosedError)
          await inner.transaction(async innermost => {
            await assert.rejects(outer.query('SELECT 1'), TransactionClosedError)
            await assert.rejects(inner.query('SELECT 1'), TransactionClosedError)
            await innermost.query('SELECT 1')
          })
          await inner.query('SELECT 1')
        })
        await outer.query('SELECT 1')
        await assert.rejects(outer.transaction(() => 1, { isolation: 'serializable' }), ArgumentError)
        await outer.transaction(() => 1, { retries: 3 })
      }))
    })

    test('queries not awaited at the end: finished before COMMIT', async () => {
      const db = open({ max: 1 })
      await A(db, async () => {
        await db.transaction(transaction => {
          void transaction.query(`SELECT pg_sleep(0.05)`)
          void transaction.query(`INSERT INTO notes (body) VALUES ('not awaited')`).then(() => transaction.query(`INSERT INTO notes (body) VALUES ('nor this')`))
        })
        assert.equal((await db.query(`DELETE FROM notes WHERE body IN ('not awaited', 'nor this')`)).rowCount, 2)
        await assert.rejects(db.transaction(transaction => void transaction.query('SELECT 1/0')), TransactionAbortedError)
      })
    })

    test('40001, 40P01: the outermost transaction is repeated, retries times', async () => {
      const db = open()
      await A(db, async () => {
        let runs = 0
        const conflict = async (code: string, times: number) => {
          if (++runs <= times) await db.transaction(() => db.query(`DO $$ BEGIN RAISE 'again' USING ERRCODE = '${code}'; END $$`))
          return runs
        }
        await assert.rejects(db.transaction(() => conflict('40001', 1)), RetryError)
        assert.equal(runs, 1)
        runs = 0
        assert.equal(await db.transaction(() => conflict('40P01', 2), { retries: 2 }), 3)
        runs = 0
        await assert.rejects(db.transaction(() => conflict('40001', 9), { retries: 2 }), RetryError)
        assert.equal(runs, 3)
        runs = 0
        await assert.rejects(db.transaction(() => conflict('23505', 9), { retries: 2 }), UniqueError)
        assert.equal(runs, 1)
        // The real one: both read what the other writes.
        let first = true
        const level = { isolation: 'serializable', retries: 1 } as const
        await db.transaction(async () => {
          await db.query('SELECT count(*) FROM notes')
          if (first) {
            first = false
            await admin.query(`UPDATE notes SET body = body WHERE body = 'business-01'`)
          }
          await db.query(`UPDATE notes SET body = body WHERE body = 'business-01'`)
        }, level)
      })
    })

    test('connection lost during COMMIT: CommitUnknownError, which advises an idempotency key', async () => {
      const db = open({ max: 1 })
      await admin.query(`CREATE TABLE IF NOT EXISTS slow (id int); GRANT ALL ON slow TO ${app};
        CREATE OR REPLACE FUNCTION sleeps() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(10); RETURN NULL; END $$;
        DROP TRIGGER IF EXISTS sleeps ON slow;
        CREATE CONSTRAINT TRIGGER sleeps AFTER INSERT ON slow DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION sleeps()`)
      let pid = 0
      const lost = A(db, () => db.transaction(async () => {
        await db.query('INSERT INTO slow VALUES (1)')
        pid = await pidOf(db)
      }))
      lost.catch(() => {})
      while (!pid || (await value('SELECT wait_event FROM pg_stat_activity WHERE pid = $1', [pid])) !== 'PgSleep') await sleep(10)
      await kill(pid)
      await assert.rejects(lost, (error: Error) => error instanceof CommitUnknownError && /idempotency key/.test(error.hint ?? ''))
      assert.deepEqual(await B(db, () => ids(db)), [business(1).context.businessId])
    })

    test('a COMMIT that the database refuses is its error, not an unknown one', async () => {
      const db = open({ max: 1 })
      await admin.query(`CREATE TABLE IF NOT EXISTS late (id int UNIQUE DEFERRABLE INITIALLY DEFERRED); GRANT ALL ON late TO ${app}`)
      await assert.rejects(A(db, () => db.transaction(() => db.query('INSERT INTO late VALUES (1), (1)'))), UniqueError)
      assert.equal(db.pool.totalCount, 1)
    })

    test('a statement that ends the transaction is no success', async () => {
      const db = open({ max: 1 })
      await assert.rejects(A(db, () => db.transaction(() => db.query('COMMIT'))), TransactionClosedError)
      await assert.rejects(A(db, () => db.transaction(() => db.query('ROLLBACK'))), TransactionClosedError)
    })

    test('connections killed at each step: an error of its own, and the next query is right', async () => {
      const db = open({ max: 1 })
      const expectLost = async (step: string, fn: () => Promise<unknown>, ...classes: (new (...args: any[]) => Error)[]) => {
        await assert.rejects(A(db, fn), (error: Error) => classes.some(Class => error instanceof Class) || assert.fail(`${step}: ${error.stack}`), step)
        assert.deepEqual(await B(db, () => ids(db)), [business(1).context.businessId], step)
      }
      const running = async (pid: number) => {
        while ((await value('SELECT wait_event FROM pg_stat_activity WHERE pid = $1', [pid])) !== 'PgSleep') await sleep(5)
      }
      // Idle in the pool: nobody notices. (pgbouncer keeps the client.)
      await kill(await A(db, () => pidOf(db)))
      await sleep(50)
      assert.deepEqual(await B(db, () => ids(db)), [business(1).context.businessId])

      const asleep = async (sender: { query: Booking['query'] }): Promise<unknown> => {
        const name = `asleep ${Math.random()}`
        const query = sender.query(`SELECT pg_sleep(10) /* ${name} */`)
        query.catch(() => {})
        let pid: number | undefined
        while (!pid) {
          await sleep(5)
          pid = await value(`SELECT pid FROM pg_stat_activity WHERE query LIKE $1 AND pid <> pg_backend_pid()`, [`%${name}%`])
        }
        await running(pid)
        await kill(pid)
        return query
      }
      await expectLost('in a single query', () => asleep(db), ConnectionError)
      await expectLost('in a query of a transaction', () => db.transaction(() => asleep(db)), ConnectionError)
      await expectLost('in a savepoint', () => db.transaction(() => db.transaction(() => asleep(db))), ConnectionError)
      await expectLost('in a transaction, swallowed', () => db.transaction(() => asleep(db).catch(() => {})), ConnectionError)
      await expectLost('in a savepoint, swallowed', () => db.transaction(() => db.transaction(() => asleep(db).catch(() => {}))), ConnectionError)
      await expectLost('between two queries', () => db.transaction(async () => {
        await kill(await pidOf(db))
        await db.query('SELECT 1')
      }), ConnectionError)
      await expectLost('before COMMIT', () => db.transaction(async () => {
        await kill(await pidOf(db))
        await sleep(50)
      }), ConnectionError)
      await expectLost('between two batches of a stream', async () => {
        for await (const { pid } of db.stream('SELECT pg_backend_pid() AS pid FROM notes', [], { batch: 10 })) await kill(pid)
      }, ConnectionError)
      await expectLost('before a stream is left', async () => {
        for await (const { pid } of db.stream('SELECT pg_backend_pid() AS pid FROM notes', [], { batch: 10 })) {
          await kill(pid)
          await sleep(20)
          break
        }
      }, ConnectionError)
      assert.ok(db.pool.totalCount <= 1)
    })

    test('a query that takes longer than query_timeout: TimeoutError, and its client is used no more', async () => {
      const db = open({ max: 1, query_timeout: 50 })
      await assert.rejects(A(db, () => db.query('SELECT pg_sleep(1)')), TimeoutError)
      assert.equal(db.pool.totalCount, 0)
      await assert.rejects(A(db, () => db.transaction(() => db.query({ text: 'SELECT pg_sleep(1)', query_timeout: 20 } as any))), TimeoutError)
      await assert.rejects(A(open(), () => open().query({ text: 'SELECT pg_sleep(1)', query_timeout: 20 } as any)), TimeoutError)
    })

    test('statements with a name, and one that fails to parse', { skip: way.name !== 'directly' && 'pgbouncer before 1.21 has no prepared statements' }, async () => {
      for (const db of [open({ max: 1 }), open({ max: 1 }, { prepared: true })]) {
        const named = (text: string) => db.query({ name: 'mine', text, values: [2] })
        await A(db, async () => {
          await assert.rejects(named('SELECT nonsense WHERE $1 = 2'))
          for (const _ of [1, 2, 3]) assert.deepEqual((await named('SELECT $1::int AS n')).rows, [{ n: 2 }])
          await assert.rejects(db.query({ name: 'divided', text: 'SELECT 1 / $1::int', values: [0] }))
          for (const _ of [1, 2]) assert.equal((await db.query({ name: 'divided', text: 'SELECT 1 / $1::int', values: [1] })).rowCount, 1)
          assert.deepEqual(await ids(db), [business(0).context.businessId])
          const { rows } = await db.query('SELECT name FROM pg_prepared_statements ORDER BY 1')
          assert.equal(rows.some(row => row.name === 'bookmeatoz_context'), db === opened.at(-1))
        })
      }
    })

    test('an error in a query costs no connection', async () => {
      const db = open({ max: 1 })
      const pid = await A(db, () => pidOf(db))
      await assert.rejects(A(db, () => db.query('SELECT 1/0')))
      await assert.rejects(A(db, () => db.pool.query('SELECT 1; SELECT 2')))
      assert.equal(db.pool.totalCount, 1)
      if (way.name === 'directly') assert.equal(await A(db, () => pidOf(db)), pid)
    })
  })
}
