// 400 queries at once, of five contexts, over two connections: no row of another tenant, by whatever way they go.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { createBooking, withContext, type Booking } from 'bookmeatoz'
import { bookingContext as expressContext } from 'bookmeatoz/express'
import { bookingContext as fastifyContext } from 'bookmeatoz/fastify'
import { drizzle } from 'drizzle-orm/node-postgres'
import { sql as drizzleSql } from 'drizzle-orm'
import express from 'express'
import fastify from 'fastify'
import knexOf, { type Knex } from 'knex'
import { Kysely, PostgresDialect, sql } from 'kysely'
import type { AddressInfo } from 'node:net'
import type pg from 'pg'
import { app, business, createWorld, database, removeWorld, schema, stopPgbouncer, ways } from './world.js'

const OWN = 'SELECT DISTINCT business_id AS id FROM notes WHERE $1::int > 0'
type Rows = { id: string }[]

before(createWorld)
after(removeWorld)

/** Knex on the pool of the context: it asks for a connection where it is called. */
function knexOn(pool: pg.Pool): Knex {
  const Postgres: any = knexOf({ client: 'pg' }).client.constructor
  return knexOf({
    client: class extends Postgres {
      initializePool() {}
      acquireConnection() {
        return pool.connect()
      }
      async releaseConnection(client: pg.PoolClient) {
        client.release()
      }
    } as any,
  })
}

for (const way of ways) {
  describe(way.name, { skip: way.skip }, () => {
    let db: Booking
    before(async () => {
      db = createBooking({ schema, pool: { database, user: app, max: 2, ...(await way.open()) } })
    })
    after(async () => {
      await Promise.race([db.close(), sleep(1000)])
      await stopPgbouncer()
    })

    /** Runs `read` 400 times at once, for the businesses in turn; each must find its own. */
    async function storm(read: (number: number) => Promise<Rows>, inContext = db.run as (context: any, fn: () => Promise<Rows>) => Promise<Rows>): Promise<void> {
      const wrong = await Promise.all(Array.from({ length: 400 }, async (_, number) => {
        const { context } = business(number)
        const rows = await inContext(context, () => read(number))
        return rows.length === 1 && rows[0]?.id === context.businessId ? 0 : 1
      }))
      assert.equal(wrong.reduce((sum: number, one) => sum + one, 0), 0, 'queries that found rows of others, or none')
    }

    test('query', () => storm(async () => (await db.query(OWN, [1])).rows))

    test('the pool, with callbacks', () => storm(() => new Promise((resolve, reject) => {
      db.pool.query(OWN, [1], (error, result) => (error ? reject(error) : resolve(result.rows)))
    })))

    test('transaction, with failures and savepoints', () => storm(number => db.transaction(async () => {
      if (number % 3 === 0) await db.transaction(() => db.query('SELECT 1/0')).catch(() => {})
      await Promise.all([db.query('SELECT 1'), db.query('SELECT 2')])
      return (await db.query(OWN, [1])).rows
    })))

    test('queries, transactions, refused statements and streams at once', () => storm(async number => {
      if (number % 4 === 0) await db.query('SELECT 1/0').catch(() => {})
      if (number % 4 === 1) await db.transaction(() => db.query('SELECT 1/0')).catch(() => {})
      if (number % 4 === 2) {
        const rows: Rows = []
        for await (const row of db.stream(OWN, [1])) rows.push(row)
        return rows
      }
      return (await db.query(OWN, [1])).rows
    }))

    test('Kysely', async () => {
      const kysely = new Kysely<any>({ dialect: new PostgresDialect({ pool: db.pool }) })
      await storm(number => number % 2
        ? kysely.selectFrom('notes').select('business_id as id').distinct().execute() as Promise<Rows>
        : kysely.transaction().execute(async transaction => {
          await sql`SELECT 1`.execute(transaction)
          return transaction.selectFrom('notes').select('business_id as id').distinct().execute() as Promise<Rows>
        }))
    })

    test('Drizzle', async () => {
      const orm = drizzle(db.pool)
      const own = drizzleSql`SELECT DISTINCT business_id AS id FROM notes WHERE ${1}::int > 0`
      await storm(async number => {
        const found = number % 2 ? await orm.execute(own) : await orm.transaction(transaction => transaction.transaction(inner => inner.execute(own)))
        return found.rows as Rows
      })
    })

    test('Knex', async () => {
      const knex = knexOn(db.pool)
      await storm(async number => number % 2
        ? knex('notes').distinct('business_id as id')
        : knex.transaction(transaction => transaction('notes').distinct('business_id as id'), { isolationLevel: 'repeatable read' }))
    })

    test('withContext()', () => storm(async () => (await db.query(OWN, [1])).rows, (context, fn) => withContext(async () => context, fn)))

    test('a middleware of Express', async () => {
      const server = express()
      server.use(express.json())
      server.use(expressContext(async (request: express.Request) => business(Number(request.query.number)).context))
      server.post('/', async (_request, response) => void response.json((await db.query(OWN, [1])).rows))
      const listening = server.listen(0)
      await new Promise(done => listening.once('listening', done))
      const { port } = listening.address() as AddressInfo
      await storm(async number => (await fetch(`http://localhost:${port}/?number=${number}`, {
        method: 'POST', body: '{}', headers: { 'content-type': 'application/json' } })).json() as Promise<Rows>)
      await new Promise(done => listening.close(done))
    })

    test('a hook of Fastify', async () => {
      const server = fastify()
      server.addHook('preHandler', fastifyContext(async (request: { query: any }) => business(Number(request.query.number)).context))
      server.post('/', async () => (await db.query(OWN, [1])).rows)
      await storm(async number => (await server.inject({ method: 'POST', url: `/?number=${number}`, payload: {} })).json())
      await server.close()
    })
  })
}
