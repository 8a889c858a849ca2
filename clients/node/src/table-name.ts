import { escapeIdentifier } from 'pg'

/** A table, as node-pg-migrate takes it. Without a schema it is found by the `search_path`. */
export type TableName = string | { schema?: string; name: string }

/** The name of a table as SQL has it. */
export function quotedTable(table: TableName): string {
  const { schema, name } = typeof table === 'string' ? { schema: undefined, name: table } : table
  return (schema === undefined ? '' : `${escapeIdentifier(schema)}.`) + escapeIdentifier(name)
}
