import type { Booking, Transaction } from '../index.js'

/**
 * Runs `fn` in a transaction of `db`, in the context of the caller, and undoes what it did. What `db.pool` and `db.auth` do in it is
 * not undone: these have other connections.
 */
export async function withRollback<T>(db: Pick<Booking, 'transaction'>, fn: (transaction: Transaction) => T | Promise<T>): Promise<T> {
  const done: { result?: T } = {}
  try {
    await db.transaction(async transaction => {
      done.result = await fn(transaction)
      throw done
    })
  } catch (error) {
    if (error !== done) throw error
  }
  return done.result as T
}
