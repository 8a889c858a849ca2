import { createHmac } from 'node:crypto'
import type { Context } from './context.js'
import { ArgumentError } from './errors.js'

/** How contexts are signed, for a server with `bookmeatoz.signed_context_only`. */
export interface SignOptions {
  /** The text of `bookmeatoz.context_key`, or what returns it: it is asked for every transaction, so a new key needs no restart. */
  key: string | (() => string)
  /** How long a token is good; 60 by default. A transaction that has begun is good to its end. */
  seconds?: number | undefined
}

/** A token for `app.context`. Its form is described in docs/security.md, "Signed context". */
export function signContext(context: Context, { key, seconds = 60 }: SignOptions): string {
  const secret = typeof key === 'function' ? key() : key
  if (typeof secret !== 'string' || Buffer.byteLength(secret) < 32) throw new ArgumentError('the key that signs contexts has less than 32 bytes')
  const expiry = Math.floor(Date.now() / 1000) + seconds
  const { tenantId, businessId, userId, systemAdmin } = context
  const payload = ['bookmeatoz-1', tenantId ?? '', businessId ?? '', userId ?? '', systemAdmin ? 1 : 0, expiry, ''].join(':')
  return `${payload}:${createHmac('sha256', secret).update(payload).digest('hex')}`
}
