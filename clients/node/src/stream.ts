import type pg from 'pg'
import { ArgumentError } from './errors.js'

/** What a stream sends its statements to. */
interface Sender {
  query(query: string, values?: unknown[]): Promise<pg.QueryResult>
}

let cursors = 0

/** The rows of a query, `batch` at a time, by a cursor in an open transaction. */
export async function* rowsOf<R>(sender: Sender, text: string, values: unknown[] | undefined, batch: number): AsyncGenerator<R, void, undefined> {
  if (!Number.isInteger(batch) || batch < 1) throw new ArgumentError('a batch has at least one row')
  const name = `bookmeatoz_rows_${++cursors}`
  await sender.query(`DECLARE ${name} NO SCROLL CURSOR FOR ${text}`, values)
  let failed = false
  try {
    for (;;) {
      const { rows } = await sender.query(`FETCH ${batch} FROM ${name}`).catch((error: unknown) => {
        failed = true
        throw error
      })
      yield* rows
      if (rows.length < batch) return
    }
  } finally {
    if (!failed) await sender.query(`CLOSE ${name}`)
  }
}
