import { AsyncResource } from 'node:async_hooks'
import pg from 'pg'
import { Checkout } from './checkout.js'
import { requiredContext, type Context } from './context.js'
import { ArgumentError } from './errors.js'
import type { ContextStatement } from './query.js'

const noop = () => {}

/**
 * A pool whose every statement carries the context of the code that called `connect()` or `query()`. That is read at the call and at no
 * other time: pg continues those who wait for a client in the asynchronous context of the one who releases it.
 */
export class ContextPool extends pg.Pool {
  readonly #statement: ContextStatement
  readonly #contextOf: () => Readonly<Context>

  constructor(config: pg.PoolConfig, statement: ContextStatement, contextOf: () => Readonly<Context> = requiredContext) {
    if (config.pipeline) throw new ArgumentError('"pipeline: true" cannot be used: what is sent there cannot depend on the state of the transaction')
    super({ connectionTimeoutMillis: 10_000, ...config })
    this.#statement = statement
    this.#contextOf = contextOf
    // An idle connection that is lost is replaced. Without a listener the process would end.
    this.on('error', noop)
  }

  /** A client for the context of the caller. */
  async checkout(context = this.#contextOf()): Promise<Checkout> {
    return new Checkout(await super.connect(), this.#statement, context)
  }

  override connect(): Promise<pg.PoolClient>
  override connect(callback: (error: Error | undefined, client: pg.PoolClient | undefined, done: (release?: any) => void) => void): void
  override connect(callback?: (error: Error | undefined, client: pg.PoolClient | undefined, done: (release?: any) => void) => void): Promise<pg.PoolClient> | void {
    const handle = this.checkout().then(checkout => checkout.handle)
    if (!callback) return handle
    const tell = AsyncResource.bind(callback)
    handle.then(
      client => process.nextTick(tell, undefined, client, (error?: any) => client.release(error)),
      (error: Error) => process.nextTick(tell, error, undefined, noop),
    )
  }

  override query(config: any, values?: any, callback?: any): any {
    if (typeof values === 'function') return this.query(config, undefined, values)
    const result = this.#queryOnce(config, values)
    if (!callback) return result
    const tell = AsyncResource.bind(callback)
    result.then(
      answer => process.nextTick(tell, undefined, answer),
      (error: Error) => process.nextTick(tell, error),
    )
  }

  async #queryOnce(config: unknown, values: unknown): Promise<pg.QueryResult> {
    const checkout = await this.checkout()
    try {
      return await checkout.query(config, values)
    } finally {
      checkout.release()
    }
  }
}
