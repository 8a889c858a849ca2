#!/usr/bin/env node
import { writeFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { Client, escapeIdentifier } from 'pg'
import { extensionSchema, readRelations } from './catalog.js'
import { databaseInterface } from './types.js'

const usage = `usage: bookmeatoz types [--role ROLE] [--schema SCHEMA] [--out FILE]

Writes a Kysely \`Database\` interface of the tables and views that a role may read: connect as the application's role, or name it.
The database is that of DATABASE_URL, or of PGHOST, PGUSER and their like.

  --role ROLE      read as this role (SET ROLE)
  --schema SCHEMA  the schema of the tables; that of the extension if not given
  --out FILE       write to FILE, not to the standard output
`

async function types(options: { role?: string | undefined; schema?: string | undefined; out?: string | undefined }): Promise<void> {
  const client = new Client(process.env.DATABASE_URL === undefined ? {} : { connectionString: process.env.DATABASE_URL })
  await client.connect()
  try {
    const schema = options.schema ?? (await extensionSchema(client))
    if (options.role !== undefined) await client.query(`SET ROLE ${escapeIdentifier(options.role)}`)
    const relations = await readRelations(client, schema)
    if (relations.length === 0) throw new Error(`the role may read no table in schema "${schema}"`)
    const text = databaseInterface(relations)
    if (options.out === undefined) process.stdout.write(text)
    else await writeFile(options.out, text)
  } finally {
    await client.end()
  }
}

/** The options of `types`, or undefined for what the usage does not name. */
function parsed(): Parameters<typeof types>[0] | undefined {
  try {
    const { values, positionals } = parseArgs({
      options: { role: { type: 'string' }, schema: { type: 'string' }, out: { type: 'string' } }, allowPositionals: true })
    return positionals.length === 1 && positionals[0] === 'types' ? values : undefined
  } catch {
    return undefined
  }
}

const options = parsed()
if (!options) {
  process.stderr.write(usage)
  process.exitCode = 2
} else {
  try {
    await types(options)
  } catch (error) {
    process.stderr.write(`bookmeatoz: ${error instanceof Error ? error.message : String(error)}\n`)
    process.exitCode = 1
  }
}
