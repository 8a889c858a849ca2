import type { AsyncLocalStorage } from 'node:async_hooks'
import type pg from 'pg'
import type { Checkout } from './checkout.js'
import { ArgumentError, bookingError, CommitUnknownError, ConnectionError, isServerError, TransactionAbortedError, TransactionClosedError } from './errors.js'
import { Queue } from './queue.js'

/** How a transaction is run. Inside another one only `retries` may be given, and does nothing there. */
export interface TransactionOptions {
  isolation?: 'read committed' | 'repeatable read' | 'serializable' | undefined
  readOnly?: boolean | undefined
  deferrable?: boolean | undefined
  /** How often the whole is repeated after a {@link RetryError}; 0 by default. What `fn` does outside of the database is then done again. */
  retries?: number | undefined
}

/** The transaction of which the code that calls is a part. */
export type Current = AsyncLocalStorage<Transaction | undefined>

const isolations = ['read committed', 'repeatable read', 'serializable']

/** The statement that begins a transaction with these options. */
export function beginStatement({ isolation, readOnly, deferrable }: TransactionOptions): string {
  if (isolation !== undefined && !isolations.includes(isolation)) throw new ArgumentError(`the isolation is one of: ${isolations.join(', ')}`)
  const modes = [
    isolation && `ISOLATION LEVEL ${isolation.toUpperCase()}`,
    readOnly !== undefined && (readOnly ? 'READ ONLY' : 'READ WRITE'),
    deferrable !== undefined && (deferrable ? 'DEFERRABLE' : 'NOT DEFERRABLE'),
  ]
  return ['BEGIN', modes.filter(Boolean).join(', ')].join(' ').trim()
}

/** A transaction, or a savepoint inside one. It is over when its function has returned; then it refuses every query. */
export class Transaction {
  readonly #checkout: Checkout
  readonly #current: Current
  readonly #parent: Transaction | undefined
  readonly #depth: number
  readonly #queue = new Queue()
  #open = true
  /** The first query that failed. */
  #failure: unknown

  /** @internal */
  constructor(checkout: Checkout, current: Current, parent?: Transaction) {
    this.#checkout = checkout
    this.#current = current
    this.#parent = parent
    this.#depth = parent ? parent.#depth + 1 : 0
  }

  /** @internal */
  get open(): boolean {
    return this.#open
  }

  /** Runs a query in this transaction. Queries that run at once wait for each other; those not awaited are finished before COMMIT. */
  query<R extends pg.QueryResultRow = any>(query: string | pg.QueryConfig, values?: unknown[]): Promise<pg.QueryResult<R>> {
    return this.#enqueue(() => this.#send(query, values)) as Promise<pg.QueryResult<R>>
  }

  /** Runs `fn` in a savepoint: if it throws, only what it did is undone. */
  transaction<T>(fn: (transaction: Transaction) => T | Promise<T>, options: TransactionOptions = {}): Promise<T> {
    if (beginStatement(options) !== 'BEGIN') {
      return Promise.reject(new ArgumentError('isolation, readOnly and deferrable belong to the outermost transaction'))
    }
    const name = `bookmeatoz_${this.#depth + 1}`
    return this.#enqueue(() =>
      new Transaction(this.#checkout, this.#current, this).execute(fn, `SAVEPOINT ${name}`, `RELEASE ${name}`, `ROLLBACK TO ${name}; RELEASE ${name}`),
    )
  }

  /** @internal Begins, runs `fn`, and ends. The first error is thrown. */
  async execute<T>(fn: (transaction: Transaction) => T | Promise<T>, begin: string, commit = 'COMMIT', rollback = 'ROLLBACK'): Promise<T> {
    await this.#send(begin)
    let result: T
    try {
      result = await this.#current.run(this, () => fn(this))
    } catch (error) {
      await this.#close()
      await this.#undo(rollback)
      throw error
    }
    await this.#close()
    if (this.#checkout.status === 'E' && !this.#checkout.lost) {
      await this.#undo(rollback)
      throw new TransactionAbortedError('a statement of the transaction failed, so it was rolled back', { cause: this.#failure })
    }
    await this.#commit(commit)
    return result
  }

  async #commit(statement: string): Promise<void> {
    const { lost, status } = this.#checkout
    if (lost) throw new ConnectionError('the connection was lost, so the transaction was rolled back', { cause: lost })
    if (status !== 'T') throw new TransactionClosedError('a statement inside the transaction ended it')
    try {
      await this.#checkout.query(statement)
    } catch (error) {
      if (this.#parent || (isServerError(error) && !this.#checkout.lost)) throw bookingError(error)
      throw new CommitUnknownError('the connection was lost during COMMIT: nobody knows whether the transaction took effect', {
        hint: 'Repeat it with the idempotency key that it had, or look what is there.',
        cause: error,
      })
    }
  }

  // Where this fails, the client is destroyed, and the error that led here is the one to tell.
  async #undo(statement: string): Promise<void> {
    await this.#checkout.query(statement).catch(() => {})
  }

  async #close(): Promise<void> {
    await this.#queue.idle()
    this.#open = false
  }

  #enqueue<T>(job: () => Promise<T>): Promise<T> {
    if (!this.#open) return Promise.reject(new TransactionClosedError('the transaction is over'))
    for (let inner = this.#current.getStore(); inner; inner = inner.#parent) {
      if (inner.#parent === this && inner.#open) {
        return Promise.reject(new TransactionClosedError('this transaction waits for the one inside it: use that one'))
      }
    }
    const result = this.#queue.run(job)
    // Who does not await it learns of its error from the transaction.
    result.catch(() => {})
    return result
  }

  async #send(query: unknown, values?: unknown[]): Promise<pg.QueryResult> {
    try {
      return await this.#checkout.query(query, values)
    } catch (error) {
      const known = bookingError(error)
      this.#failure ??= known
      throw known
    }
  }
}
