import pg from 'pg'
import type { Context } from './context.js'
import { ArgumentError, ConnectionError, isServerError, TransactionClosedError } from './errors.js'
import { ContextQuery, startsWith, type ContextStatement } from './query.js'
import { Queue } from './queue.js'

/** What must not be left behind on a connection that others use next. */
const refused: [RegExp, string][] = [
  [startsWith(String.raw`listen\b`), 'LISTEN would stay on the pooled connection: use a pg.Client of its own'],
  [startsWith(String.raw`declare\b[^]*\bwith\s+hold\b`), 'a cursor WITH HOLD would stay on the pooled connection: use stream()'],
]

/** A client of the pool in one pair of hands, from connect() to release(), with its context. It sends one query at a time. */
export class Checkout {
  readonly #client: pg.PoolClient
  readonly #statement: ContextStatement
  readonly #context: Readonly<Context>
  readonly #queue = new Queue()
  #released = false
  /** Why the client must not go back to the pool. */
  #broken: Error | undefined
  /** Why the connection is lost. */
  lost: Error | undefined

  constructor(client: pg.PoolClient, statement: ContextStatement, context: Readonly<Context>) {
    this.#client = client
    this.#statement = statement
    this.#context = context
    // Without a listener the process would end when the server closes the connection.
    client.on('error', this.#lose)
  }

  readonly #lose = (error: Error): void => {
    this.lost ??= error
  }

  /** `I` outside of a transaction, `T` inside, `E` inside a failed one. */
  get status(): string | null {
    return this.#client.getTransactionStatus()
  }

  query(config: unknown, values?: unknown): Promise<pg.QueryResult> {
    if (this.#released) return Promise.reject(new TransactionClosedError('the client was released to the pool'))
    const { text, submit } = typeof config === 'string' ? { text: config } : ((config ?? {}) as { text?: unknown; submit?: unknown })
    if (typeof text !== 'string' || submit) return Promise.reject(new ArgumentError('this is no text; for a cursor use stream(), or a client after BEGIN'))
    const reason = refused.find(([pattern]) => pattern.test(text))?.[1]
    if (reason !== undefined) return Promise.reject(new ArgumentError(reason))
    return this.#queue.run(() => this.#send(config, values))
  }

  async #send(config: unknown, values: unknown): Promise<pg.QueryResult> {
    if (this.lost) throw new ConnectionError('the connection was lost', { cause: this.lost })
    try {
      return await new Promise((resolve, reject) => {
        this.#client.query(
          new ContextQuery(this.#client, this.#statement, this.#context, config, values, (error, result) => (error ? reject(error) : resolve(result))),
        )
      })
    } catch (error) {
      // A client whose context was refused, or whose query timed out here and still runs there, is used no more.
      if (!isServerError(error)) this.#broken ??= error as Error
      throw error
    }
  }

  /** Gives the client back when its queries are answered; destroys it if it is not as it was. */
  release(error?: Error | boolean): void {
    if (this.#released) throw new Error('Release called on client which has already been released to the pool.')
    this.#released = true
    const give = () => {
      this.#client.off('error', this.#lose)
      this.#client.release(error || this.#broken || this.lost || (this.status === 'I' ? undefined : new Error('released in a transaction')))
    }
    if (this.#queue.busy) void this.#queue.idle().then(give)
    else give()
  }

  /** The client for others' code, as pg's own but for the context. It is dead after its release, whoever uses the client then. */
  get handle(): pg.PoolClient {
    const own: Record<string | symbol, unknown> = {
      query: (config: any, values?: any, callback?: any) => this.#queryForOthers(config, values, callback),
      release: (error?: Error | boolean) => this.release(error),
    }
    return new Proxy(this.#client, {
      get(client, name) {
        if (name in own) return own[name]
        const value: unknown = Reflect.get(client, name)
        return typeof value === 'function' ? value.bind(client) : value
      },
    })
  }

  #queryForOthers(config: any, values: any, callback: any): unknown {
    if (typeof config?.submit === 'function') {
      if (this.#released) throw new TransactionClosedError('the client was released to the pool')
      if (this.#queue.busy || this.status !== 'T') throw new ArgumentError('a cursor needs an open transaction, and the answer to the query before it: use stream(), or BEGIN')
      return this.#client.query(config, values)
    }
    if (typeof values === 'function') return this.#queryForOthers(config, undefined, values)
    const result = this.query(config, values)
    if (!callback) return result
    result.then(
      answer => process.nextTick(callback, undefined, answer),
      (error: Error) => process.nextTick(callback, error),
    )
  }
}
