import { AsyncLocalStorage } from 'node:async_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import type pg from 'pg'
import { requiredContext, type Context } from './context.js'
import { RetryError, translated } from './errors.js'
import { ContextPool } from './pool.js'
import type { ContextStatement } from './query.js'
import { rowsOf } from './stream.js'
import { beginStatement, Transaction, type Current, type TransactionOptions } from './transaction.js'

/** How a stream reads. */
export interface StreamOptions {
  /** How many rows come at a time; 100 by default. */
  batch?: number | undefined
}

/** A pool of one role, with transactions and streams. */
export class Database {
  readonly pool: ContextPool
  readonly #current: Current = new AsyncLocalStorage()
  readonly #contextOf: () => Readonly<Context>

  constructor(config: pg.PoolConfig, statement: ContextStatement, contextOf: () => Readonly<Context> = requiredContext) {
    this.pool = new ContextPool(config, statement, contextOf)
    this.#contextOf = contextOf
  }

  /** Whether the code that calls is a part of an open transaction. */
  get inTransaction(): boolean {
    return this.#current.getStore()?.open ?? false
  }

  /** Runs `fn` as no part of a transaction. */
  outside<T>(fn: () => T): T {
    return this.#current.run(undefined, fn)
  }

  /** Runs a query in the transaction of the caller, if there is one, or as a transaction of its own. */
  query<R extends pg.QueryResultRow = any>(query: string | pg.QueryConfig, values?: unknown[]): Promise<pg.QueryResult<R>> {
    const transaction = this.#current.getStore()
    return transaction ? transaction.query(query, values) : translated(this.pool.query(query, values))
  }

  async transaction<T>(fn: (transaction: Transaction) => T | Promise<T>, options: TransactionOptions = {}): Promise<T> {
    const outer = this.#current.getStore()
    if (outer) return outer.transaction(fn, options)
    const context = this.#contextOf()
    const begin = beginStatement(options)
    for (let attempt = 0; ; attempt++) {
      const checkout = await translated(this.pool.checkout(context))
      try {
        return await new Transaction(checkout, this.#current).execute(fn, begin)
      } catch (error) {
        if (attempt >= (options.retries ?? 0) || !isRetry(error)) throw error
      } finally {
        checkout.release()
      }
      await sleep(Math.random() * 10 * 2 ** Math.min(attempt, 6))
    }
  }

  stream<R = any>(text: string, values?: unknown[], { batch = 100 }: StreamOptions = {}): AsyncGenerator<R, void, undefined> {
    const transaction = this.#current.getStore()
    return transaction ? rowsOf(transaction, text, values, batch) : this.#ownStream(this.#contextOf(), text, values, batch)
  }

  async *#ownStream<R>(context: Readonly<Context>, text: string, values: unknown[] | undefined, batch: number): AsyncGenerator<R, void, undefined> {
    const checkout = await translated(this.pool.checkout(context))
    try {
      const sender = { query: (query: string, values?: unknown[]) => translated(checkout.query(query, values)) }
      await sender.query('BEGIN READ ONLY')
      yield* rowsOf<R>(sender, text, values, batch)
    } finally {
      await checkout.query('ROLLBACK').catch(() => {})
      checkout.release()
    }
  }
}

function isRetry(error: unknown): boolean {
  return error instanceof RetryError || (error instanceof Error && error.cause instanceof RetryError)
}
