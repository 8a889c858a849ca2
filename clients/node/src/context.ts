import { AsyncLocalStorage } from 'node:async_hooks'
import { ArgumentError, ContextMissingError } from './errors.js'

/** For whom a request speaks. At least one of the three ids, or `systemAdmin`. */
export interface Context {
  tenantId?: string | null | undefined
  businessId?: string | null | undefined
  userId?: string | null | undefined
  /** Only for a role that may switch `app.is_system_admin` on, or with a signed context. */
  systemAdmin?: boolean | undefined
}

/** What a resolver answers: a context, `'anonymous'` for deliberately nobody, or nothing: then every query throws {@link ContextMissingError}. */
export type Resolved = Context | 'anonymous' | null | undefined

// Two copies of this package in one process must share one storage.
const key = Symbol.for('bookmeatoz.context.1')
const shared = globalThis as unknown as Record<symbol, AsyncLocalStorage<Readonly<Context>> | undefined>
const storage = (shared[key] ??= new AsyncLocalStorage())

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

/** The context of nobody. */
export const nobody: Readonly<Context> = Object.freeze({})

/** The context of the code that calls, or undefined. */
export function currentContext(): Readonly<Context> | undefined {
  return storage.getStore()
}

/** The context of the code that calls; throws {@link ContextMissingError} if there is none. */
export function requiredContext(): Readonly<Context> {
  const context = storage.getStore()
  if (!context) throw new ContextMissingError('there is no session context: call this inside run() or anonymous()')
  return context
}

/** A frozen copy of a context, all of whose ids are UUIDs. */
export function checkedContext(context: Context): Readonly<Context> {
  const { tenantId, businessId, userId, systemAdmin } = context
  for (const [name, id] of Object.entries({ tenantId, businessId, userId })) {
    if (id != null && !(typeof id === 'string' && uuid.test(id))) throw new ArgumentError(`${name} is not a UUID`)
  }
  if (systemAdmin !== undefined && typeof systemAdmin !== 'boolean') throw new ArgumentError('systemAdmin is neither true nor false')
  if (tenantId == null && businessId == null && userId == null && !systemAdmin) {
    throw new ContextMissingError('the context names nobody: use anonymous() if that is meant')
  }
  return Object.freeze({ tenantId, businessId, userId, systemAdmin })
}

/** Runs `fn` in a context that was checked. */
export function inContext<T>(context: Readonly<Context>, fn: () => T): T {
  return storage.run(context, () => {
    const result = fn()
    // What query builders return begins when somebody awaits it. That must not be outside.
    return isLazy(result) ? (new Promise((resolve, reject) => result.then(resolve, reject)) as T) : result
  })
}

function isLazy(value: unknown): value is PromiseLike<unknown> {
  return !(value instanceof Promise) && typeof (value as PromiseLike<unknown> | null | undefined)?.then === 'function'
}

/**
 * The core of a middleware: resolves the context of a request, then runs `next` in it. It holds no connection meanwhile.
 * Where `resolve` answers nothing, `next` runs without a context.
 */
export async function withContext<T>(resolve: () => Resolved | Promise<Resolved>, next: () => T): Promise<Awaited<T>> {
  return await scopeOf(await resolve())(next)
}

/** What runs a function in the resolved context. */
export function scopeOf(resolved: Resolved): <T>(fn: () => T) => T {
  if (resolved == null) return fn => storage.exit(fn)
  const context = resolved === 'anonymous' ? nobody : checkedContext(resolved)
  return fn => inContext(context, fn)
}
