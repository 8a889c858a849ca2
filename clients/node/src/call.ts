import pg from 'pg'
import { ArgumentError } from './errors.js'

/** An instant: a Date, or a text with its offset from UTC. */
export type Instant = Date | string
/** An argument that may be left out. Undefined is not sent, so the default of the database counts; null is sent as NULL. */
export type Optional<T> = T | null | undefined

/** Calls functions of the extension. */
export interface Caller {
  query(query: string, values?: unknown[]): Promise<pg.QueryResult>
  /** The quoted schema of the extension. */
  schema: string
}

/** The rows of a function in named notation, with only the arguments that are given; its columns in camelCase. `columns` is SQL. */
export async function call<R>({ query, schema }: Caller, name: string, args: object = {}, columns = '*'): Promise<R[]> {
  const given = Object.entries(args).filter(([, value]) => value !== undefined)
  const list = given.map(([key], index) => `${snakeCase(key)} => $${index + 1}`)
  const { rows } = await query(
    `SELECT ${columns} FROM ${schema}.${name}(${list.join(', ')})`,
    given.map(([, value]) => value),
  )
  return rows.map(row => Object.fromEntries(Object.entries(row).map(([key, value]) => [camelCase(key), value]))) as R[]
}

/** The only row of a function that always returns one. */
export async function callOne<R>(caller: Caller, name: string, args: object, columns?: string): Promise<R> {
  const [row] = await call<R>(caller, name, args, columns)
  return row as R
}

// Names become a part of the statement. So whatever object is passed on, a name is letters.
function snakeCase(key: string): string {
  if (!/^[a-z][a-zA-Z]*$/.test(key)) throw new ArgumentError('an argument has a name that no function knows')
  return key.replace(/[A-Z]/g, letter => `_${letter.toLowerCase()}`)
}

function camelCase(key: string): string {
  return key.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())
}
