import pg from 'pg'
import type { Context } from './context.js'
import { ContextRejectedError, isServerError } from './errors.js'
import { signContext, type SignOptions } from './sign.js'

/** What sets the context: a statement that stands before the query of the caller. */
export interface ContextStatement {
  /** Empty, or the name under which it is prepared on each connection. */
  name: string
  text: string
  values(context: Readonly<Context>): (string | null)[]
}

/** How the context is set: see `createBooking()`. */
export interface ContextOptions {
  schema?: string | undefined
  sign?: SignOptions | undefined
  prepared?: boolean | undefined
}

/** The statement that sets all four values, so that nothing left over from a `SET` counts. */
export function contextStatement({ schema = 'public', sign, prepared = false }: ContextOptions): ContextStatement {
  const name = prepared ? 'bookmeatoz_context' : ''
  if (sign) {
    return { name, text: "SELECT pg_catalog.set_config('app.context', $1, true)", values: context => [signContext(context, sign)] }
  }
  return {
    name,
    text: `SELECT ${pg.escapeIdentifier(schema)}.set_session_context($1, $2, $3, $4)`,
    values: ({ tenantId, businessId, userId, systemAdmin }) => [tenantId ?? null, businessId ?? null, userId ?? null, String(systemAdmin ?? false)],
  }
}

/** The parts of pg's connection and query that are used here and that `@types/pg` does not describe. */
interface Connection {
  submittedNamedStatements: Record<string, string>
  parse(message: { name: string; text: string }): void
  bind(message: { portal: string; statement: string; values: (string | null)[] }): void
  execute(message: { portal: string; rows: number }): void
  sync(): void
  once(event: string, listener: () => void): void
  off(event: string, listener: () => void): void
}
type Callback = (error: Error | undefined, result: pg.QueryResult) => void
interface QueryInternals {
  name: string | undefined
  text: string
  requiresPreparation(): boolean
  prepare(connection: Connection): void
  handleDataRow(message: unknown): void
  handleCommandComplete(message: unknown, connection: Connection): void
  handleError(error: Error, connection: Connection): void
}
const Query = pg.Query as unknown as new (config: unknown, values: unknown, callback: Callback) => QueryInternals

/** A pattern for statements that begin so; comments may stand before it. */
export function startsWith(pattern: string): RegExp {
  return new RegExp(String.raw`^(?:\s|--[^\n]*\n|/\*[^]*?\*/)*${pattern}`, 'i')
}
const beginning = startsWith(String.raw`(?:begin|start\s+transaction)\b`)

/** Whether a transaction is open, failed or not. */
function isOpen(client: pg.ClientBase): boolean {
  const status = client.getTransactionStatus()
  return status === 'T' || status === 'E'
}

/** The connections on which the context's statement is prepared. */
const preparedOn = new WeakSet<Connection>()

/**
 * A query that brings its context along. Where no transaction is open, the context's statement and the query go out together, with one
 * Sync: they are one transaction and one round trip, and if the context is refused the query does not run. BEGIN comes before the context.
 * Inside a transaction it is a plain query.
 */
export class ContextQuery extends Query {
  readonly query_timeout: unknown
  readonly #client: pg.ClientBase
  readonly #statement: ContextStatement
  readonly #context: Readonly<Context>
  /** Whether the next answer is that of the context's statement. */
  #setting = false
  #beginning = false
  /** The name of the caller's statement. While the context is set, pg must not take its answers for those of this statement. */
  readonly #name: string | undefined

  constructor(client: pg.ClientBase, statement: ContextStatement, context: Readonly<Context>, config: unknown, values: unknown, callback: Callback) {
    super(config, values, callback)
    this.#client = client
    this.#statement = statement
    this.#context = context
    this.#name = this.name
    this.query_timeout = (config as { query_timeout?: unknown }).query_timeout
  }

  // pg asks this when the query is sent: what was sent before has been answered, so the state of the transaction is true.
  override requiresPreparation(): boolean {
    return !isOpen(this.#client) || super.requiresPreparation()
  }

  override prepare(connection: Connection): void {
    if (isOpen(this.#client)) {
      super.prepare(connection)
    } else if (beginning.test(this.text)) {
      this.#beginning = true
      connection.parse({ name: '', text: this.text })
      connection.bind({ portal: '', statement: '', values: [] })
      connection.execute({ portal: '', rows: 0 })
      this.#setContext(connection)
      connection.sync()
    } else {
      this.#setContext(connection)
      super.prepare(connection)
      this.#setting = true
      this.name = ''
    }
  }

  #setContext(connection: Connection): void {
    const { name, text } = this.#statement
    if (!preparedOn.has(connection)) connection.parse({ name, text })
    connection.bind({ portal: '', statement: name, values: this.#statement.values(this.#context) })
    connection.execute({ portal: '', rows: 0 })
  }

  override handleDataRow(message: unknown): void {
    if (!this.#setting) super.handleDataRow(message)
  }

  override handleCommandComplete(message: unknown, connection: Connection): void {
    if (this.#setting) {
      this.#setting = false
      this.name = this.#name
      if (this.#statement.name) preparedOn.add(connection)
      return
    }
    super.handleCommandComplete(message, connection)
    this.#setting = this.#beginning
  }

  // An error of the server is told when the server is ready again, or gone: only then is the state of the transaction known.
  override handleError(error: Error, connection: Connection): void {
    if (this.#setting && this.#name) delete connection.submittedNamedStatements[this.#name]
    if (!isServerError(error)) return super.handleError(error, connection)
    const told = this.#setting
      ? new ContextRejectedError(error.message, { sqlstate: error.code, hint: error.hint, cause: error })
      : error
    const tell = () => {
      connection.off('readyForQuery', tell)
      connection.off('end', tell)
      super.handleError(told, connection)
    }
    connection.once('readyForQuery', tell)
    connection.once('end', tell)
  }
}
