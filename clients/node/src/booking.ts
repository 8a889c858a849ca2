import pg from 'pg'
import { bookings, type Bookings } from './bookings.js'
import { call, callOne, type Caller } from './call.js'
import { checkedContext, currentContext, inContext, nobody, type Context } from './context.js'
import { Database, type StreamOptions } from './database.js'
import { employees, type Employees } from './employees.js'
import { ArgumentError, TransactionClosedError } from './errors.js'
import { contextStatement, type ContextOptions } from './query.js'
import { slots, type Slots } from './slots.js'
import type { Transaction, TransactionOptions } from './transaction.js'

/** The options of {@link createBooking}. */
export interface BookingOptions extends ContextOptions {
  /** The connections of the application's role. */
  pool: pg.PoolConfig
  /** The connections of the auth role, for `auth`. */
  auth?: pg.PoolConfig | undefined
}

/** Finds whom a request is for, before there is a context. */
export interface Resolve {
  /** The id of the active tenant with this subdomain, or null. */
  tenant(subdomain: string): Promise<string | null>
  /** The ids of an active business, by its slug or its subdomain, or null. */
  business(name: { slug: string } | { subdomain: string }): Promise<{ businessId: string; tenantId: string } | null>
}

/** Logging in and registering. */
export interface Auth {
  /** Runs `fn` in a transaction of the auth role, which has no context. */
  run<T>(fn: (transaction: Transaction) => T | Promise<T>, options?: TransactionOptions): Promise<T>
  /** Writes a new user and returns the id. A registered address throws {@link UniqueError}. */
  register(user: { email: string; passwordHash: string | null; profile?: Record<string, unknown> | undefined }): Promise<string>
}

/** A line of `bookmeatoz_verify()`. */
export interface Finding {
  severity: 'error' | 'warning'
  finding: string
}

/** A database of bookmeatoz. Every query speaks for the context of the code that calls. */
export interface Booking {
  /** Runs `fn`, and all that it calls and awaits, in a context. Throws inside a transaction, whose context cannot change. */
  run<T>(context: Context, fn: () => T): T
  /** Runs `fn` for deliberately nobody. */
  anonymous<T>(fn: () => T): T
  /** The context of the code that calls, or undefined. */
  context(): Readonly<Context> | undefined
  /** A query in one round trip, or in the transaction of which the code that calls is a part. */
  query<R extends pg.QueryResultRow = any>(query: string | pg.QueryConfig, values?: unknown[]): Promise<pg.QueryResult<R>>
  /** Runs `fn` in a transaction; inside another one, in a savepoint. Queries of this object made in `fn` belong to it. */
  transaction<T>(fn: (transaction: Transaction) => T | Promise<T>, options?: TransactionOptions): Promise<T>
  /** The rows of a SELECT, by a cursor in a transaction of its own that only reads, or in the transaction of the caller. */
  stream<R = any>(text: string, values?: unknown[], options?: StreamOptions): AsyncGenerator<R, void, undefined>
  /** The pool for query builders. Its queries are never a part of `transaction()`. */
  readonly pool: pg.Pool
  readonly auth: Auth
  readonly slots: Slots
  readonly bookings: Bookings
  readonly employees: Employees
  readonly resolve: Resolve
  readonly admin: {
    /** What weakens the isolation of tenants, seen by this role; empty if nothing was found. */
    verify(): Promise<Finding[]>
  }
  /** Closes all connections when their work is done. */
  close(): Promise<void>
}

/** A database of bookmeatoz. */
export function createBooking(options: BookingOptions): Booking {
  const statement = contextStatement(options)
  const app = new Database(options.pool, statement)
  const auth = options.auth && new Database(options.auth, statement, () => nobody)
  const schema = pg.escapeIdentifier(options.schema ?? 'public')
  const caller: Caller = { schema, query: (text, values) => app.query(text, values) }
  // For functions that work without a context.
  const open: Caller = { schema, query: (text, values) => (currentContext() ? app.query(text, values) : inContext(nobody, () => app.query(text, values))) }

  const enter = <T>(context: Readonly<Context>, fn: () => T): T => {
    if (app.inTransaction) throw new TransactionClosedError('a transaction is open, and its context cannot change')
    return app.outside(() => inContext(context, fn))
  }

  return {
    run: (context, fn) => enter(checkedContext(context), fn),
    anonymous: fn => enter(nobody, fn),
    context: currentContext,
    query: (query, values) => app.query(query, values),
    transaction: (fn, options) => app.transaction(fn, options),
    stream: (text, values, options) => app.stream(text, values, options),
    pool: app.pool,
    auth: {
      async run(fn, options) {
        if (!auth) throw new ArgumentError('createBooking() was given no pool for auth')
        return auth.transaction(fn, options)
      },
      async register({ email, passwordHash, profile }) {
        const registrar: Caller = auth ? { schema, query: (text, values) => auth.query(text, values) } : open
        const { id } = await callOne<{ id: string }>(registrar, 'register_user', { email, passwordHash, profile }, 'register_user AS id')
        return id
      },
    },
    slots: slots(caller),
    bookings: bookings(caller),
    employees: employees(caller),
    resolve: {
      async tenant(subdomain) {
        return (await callOne<{ id: string | null }>(open, 'resolve_tenant', { subdomain }, 'resolve_tenant AS id')).id
      },
      async business(name) {
        const [found] = await call<{ businessId: string; tenantId: string }>(open, 'resolve_business', name)
        return found ?? null
      },
    },
    admin: { verify: () => call(open, 'bookmeatoz_verify') },
    async close() {
      await Promise.all([app.pool.end(), auth?.pool.end()])
    },
  }
}
