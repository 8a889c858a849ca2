import { AssertionError } from 'node:assert'
import type { Booking, Context } from '../index.js'
import { quotedTable, type TableName } from '../table-name.js'
import { withRollback } from './with-rollback.js'

/**
 * Asserts that two contexts are isolated in a table: neither reads, changes, deletes or writes a row of the other, and nobody's context
 * sees a row. Each of the two must see a row, or nothing would be proved. It changes nothing.
 *
 * @param db - Of the application's role, which row security binds
 */
export async function expectIsolation(db: Booking, table: TableName, a: Context, b: Context): Promise<void> {
  const shape = await db.anonymous(() => shapeOf(db, table))
  const visible = async (): Promise<string[]> =>
    (await db.query<{ key: string }>(`SELECT ${shape.key} AS key FROM ${shape.table} t ORDER BY 1`)).rows.map(row => row.key)
  const seen = await Promise.all([db.run(a, visible), db.run(b, visible)])
  const strangers = await db.anonymous(visible)

  const failed: string[] = []
  const names = ['a', 'b'] as const
  for (const [i, name] of names.entries()) if (seen[i]!.length === 0) failed.push(`${name} sees no row, so nothing is proved`)
  if (strangers.length > 0) failed.push(`nobody's context sees ${strangers.length} rows`)
  const common = seen[0]!.filter(key => seen[1]!.includes(key))
  if (common.length > 0) failed.push(`a and b both see ${common.length} rows, for example ${common[0]}`)
  if (seen.every(keys => keys.length > 0) && common.length === 0) {
    const rows = [await db.run(a, () => rowOf(db, shape, seen[0]![0]!)), await db.run(b, () => rowOf(db, shape, seen[1]![0]!))]
    for (const [i, context] of [a, b].entries()) {
      for (const [verb, attempt] of attempts(db, shape, seen[i]!.length, rows[i]!, rows[1 - i]!)) {
        if (await db.run(context, attempt)) failed.push(`${names[i]} can ${verb} rows of ${names[1 - i]}`)
      }
    }
  }
  if (failed.length > 0) throw new AssertionError({ message: `${shape.table} is not isolated: ${failed.join('; ')}`, stackStartFn: expectIsolation })
}

interface Shape {
  table: string
  /** An expression that tells the rows of the table `t` apart. */
  key: string
  /** A column of no index that an UPDATE may set. */
  updated: string | null
  /** The columns that an INSERT may give. */
  inserted: string[]
}

/** The columns of a row, as text. */
type Row = Record<string, string | null>

async function shapeOf(db: Booking, name: TableName): Promise<Shape> {
  const table = quotedTable(name)
  const { rows } = await db.query<Omit<Shape, 'table'>>(`
    SELECT coalesce((SELECT format('ARRAY[%s]::text', string_agg(format('t.%I::text', k.attname), ', ' ORDER BY k.attnum))
                     FROM pg_index i JOIN pg_attribute k ON k.attrelid = i.indrelid AND k.attnum = ANY (i.indkey)
                     WHERE i.indrelid = $1::regclass AND i.indisprimary), 't.ctid::text') AS key,
           min(quote_ident(a.attname)) FILTER (WHERE has_column_privilege(a.attrelid, a.attnum, 'UPDATE') AND NOT EXISTS (
               SELECT FROM pg_index i WHERE i.indrelid = a.attrelid AND a.attnum = ANY (i.indkey))) AS updated,
           coalesce(array_agg(quote_ident(a.attname)) FILTER (WHERE has_column_privilege(a.attrelid, a.attnum, 'INSERT')
                                                                AND has_column_privilege(a.attrelid, a.attnum, 'SELECT')), '{}')::text[] AS inserted
    FROM pg_attribute a WHERE a.attrelid = $1::regclass AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''`, [table])
  return { table, ...rows[0]! }
}

async function rowOf(db: Booking, { table, key, updated, inserted }: Shape, wanted: string): Promise<Row> {
  const columns = [...new Set(updated === null ? inserted : [updated, ...inserted])]
  const values = columns.map(column => `t.${column}::text`).join(', ')
  const { rows } = await db.query<{ row: (string | null)[] }>(`SELECT ARRAY[${values}]::text[] AS row FROM ${table} t WHERE ${key} = $1`, [wanted])
  return Object.fromEntries(columns.map((column, i) => [column, rows[0]!.row[i]!]))
}

/** What must not reach rows of the other. Each answers whether it did; it is undone. */
function attempts(db: Booking, { table, updated, inserted }: Shape, own: number, mine: Row, theirs: Row): [string, () => Promise<boolean>][] {
  // Without a condition: an UPDATE or DELETE that reads columns reaches only what a SELECT shows. One that fails tells nothing.
  const reachesMore = (text: string, values: unknown[]) => (): Promise<boolean> =>
    withRollback(db, async () => ((await db.query(text, values)).rowCount ?? 0) > own).catch(() => false)
  const found: [string, () => Promise<boolean>][] = [['delete', reachesMore(`DELETE FROM ${table}`, [])]]
  if (updated !== null) found.push(['change', reachesMore(`UPDATE ${table} SET ${updated} = $1`, [mine[updated]])])
  if (inserted.length > 0) {
    const places = inserted.map((_, i) => `$${i + 1}`).join(', ')
    const insert = `INSERT INTO ${table} (${inserted.join(', ')}) OVERRIDING SYSTEM VALUE VALUES (${places})`
    // Row security refuses before any constraint is looked at: whoever meets one of these has passed it.
    found.push(['write', () => withRollback(db, async () => (await db.query(insert, inserted.map(column => theirs[column]))).rowCount === 1)
      .catch((error: { sqlstate?: string }) => error.sqlstate?.startsWith('23') ?? false)])
  }
  return found
}
