import type { Column, Relation } from './catalog.js'

/** What pg reads from a column, and what may be written to it. */
interface Mapping {
  read: string
  write?: string
}

// As pg reads them if no parser was replaced; all others are strings.
const mappings: Record<string, Mapping> = {
  bool: { read: 'boolean' },
  bytea: { read: 'Buffer' },
  // pg reads a date as midnight here, which is the day before elsewhere: so write text.
  date: { read: 'Date', write: 'string' },
  float4: { read: 'number' },
  float8: { read: 'number' },
  int2: { read: 'number' },
  int4: { read: 'number' },
  int8: { read: 'string', write: 'bigint | number | string' },
  interval: { read: 'Interval', write: 'string' },
  json: { read: 'JsonValue', write: 'JsonObject | string' },
  jsonb: { read: 'JsonValue', write: 'JsonObject | string' },
  numeric: { read: 'string', write: 'number | string' },
  oid: { read: 'number' },
  timestamp: { read: 'Date', write: 'Date | string' },
  timestamptz: { read: 'Date', write: 'Date | string' },
}

/** The arrays that pg reads as such; it reads others as the text `{a,b}`. */
const arrays: Record<string, string> = {
  bool: 'boolean', bpchar: 'string', bytea: 'Buffer', cidr: 'string', date: 'Date', float4: 'number', float8: 'number', inet: 'string', int2: 'number',
  int4: 'number', int8: 'string', interval: 'Interval', json: 'JsonValue', jsonb: 'JsonValue', numeric: 'number', oid: 'number', text: 'string',
  time: 'string', timestamp: 'Date', timestamptz: 'Date', timetz: 'string', uuid: 'string', varchar: 'string',
}

const helpers: Record<string, string> = {
  JsonObject: '/** What may be written as json: pg sends a plain array as an array of PostgreSQL, so write that as text. */\nexport type JsonObject = { [key: string]: JsonValue }\n',
  JsonValue: '/** What is read from json. */\nexport type JsonValue = string | number | boolean | null | JsonValue[] | { [key: string]: JsonValue }\n',
  Interval: '/** What is read from an interval. */\nexport interface Interval {\n  years?: number\n  months?: number\n  days?: number\n  hours?: number\n  minutes?: number\n  seconds?: number\n  milliseconds?: number\n}\n',
}

/** The source text of a Kysely `Database` interface for these tables and views. */
export function databaseInterface(relations: Relation[]): string {
  const enums = new Map<string, string>()
  const interfaces = relations.map(relation => {
    const lines = relation.columns.map(column => `${comment(column.comment, '  ')}  ${key(column.name)}: ${columnType(column, enums)}\n`)
    return `${comment(relation.comment)}export interface ${typeName(relation.name)} {\n${lines.join('')}}\n`
  })
  const tables = relations.map(({ name }) => `  ${key(name)}: ${typeName(name)}\n`)
  const text = [
    ...[...enums].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, declaration]) => declaration),
    ...interfaces,
    `/** The tables and views that the role may read, for \`new Kysely<Database>()\`. */\nexport interface Database {\n${tables.join('')}}\n`,
  ].join('\n')
  const used = Object.entries(helpers).filter(([name]) => new RegExp(`\\b${name}\\b`).test(text)).map(([, declaration]) => `${declaration}\n`)
  const head = '// Written by `bookmeatoz types`: change the database, not this file.\n'
  return `${head}${/\bColumnType</.test(text) ? "import type { ColumnType } from 'kysely'\n" : ''}\n${used.join('')}${text}`
}

/** The type of a column; declares its enum. */
function columnType(column: Column, enums: Map<string, string>): string {
  const { read, write } = mapping(column, enums)
  const or = column.isNullable ? ' | null' : ''
  if (!column.isWritable) return `ColumnType<${read}${or}, never, never>`
  if (column.hasDefault) return `ColumnType<${read}${or}, ${write}${or} | undefined, ${write}${or}>`
  return read === write ? read + or : `ColumnType<${read}${or}, ${write}${or}, ${write}${or}>`
}

function mapping({ type, isArray, labels }: Column, enums: Map<string, string>): Required<Mapping> {
  if (isArray) {
    const read = arrays[type] === undefined ? 'string' : `${arrays[type]}[]`
    return { read, write: read }
  }
  if (labels) {
    const name = typeName(type)
    enums.set(name, `export type ${name} = ${labels.map(quote).join(' | ')}\n`)
    return { read: name, write: name }
  }
  const { read, write = read } = mappings[type] ?? { read: 'string' }
  return { read, write }
}

const quote = (text: string): string => `'${text.replace(/['\\]/g, '\\$&')}'`

const key = (name: string): string => (/^[a-z_$][\w$]*$/i.test(name) ? name : quote(name))

/** booking_status_type_v1 is BookingStatusTypeV1. */
function typeName(name: string): string {
  const words = name.split(/[^a-z0-9]+/i).filter(word => word !== '')
  const joined = words.map(word => word.charAt(0).toUpperCase() + word.slice(1)).join('')
  return /^[a-z]/i.test(joined) ? joined : `T${joined}`
}

function comment(text: string | null, indent = ''): string {
  if (text === null) return ''
  const lines = text.replaceAll('*/', '* /').split('\n')
  if (lines.length === 1) return `${indent}/** ${lines[0]} */\n`
  return `${indent}/**\n${lines.map(line => `${indent} * ${line}`.trimEnd() + '\n').join('')}${indent} */\n`
}
