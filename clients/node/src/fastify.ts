import type { Resolved } from './context.js'
import { enter } from './express.js'

/** A hook for Fastify's `preHandler`: the handler runs in the context that `resolve` finds, after authentication. */
export function bookingContext<Request>(
  resolve: (request: Request) => Resolved | Promise<Resolved>,
): (request: Request, reply: unknown, done: (error?: Error) => void) => void {
  return (request, _reply, done) => enter(() => resolve(request), error => done(error as Error | undefined))
}
