import { scopeOf, type Resolved } from './context.js'

/**
 * A middleware for Express: everything after it runs in the context that `resolve` finds, after authentication.
 * Mount it behind the parsers of bodies.
 */
export function bookingContext<Request>(
  resolve: (request: Request) => Resolved | Promise<Resolved>,
): (request: Request, response: unknown, next: (error?: unknown) => void) => void {
  return (request, _response, next) => enter(() => resolve(request), next)
}

/** @internal */
export function enter(resolve: () => Resolved | Promise<Resolved>, next: (error?: unknown) => void): void {
  // In a tick of its own, so that what `next` throws is not taken for an error of `resolve`.
  new Promise<Resolved>(done => done(resolve())).then(scopeOf).then(
    scope => process.nextTick(() => scope(next)),
    (error: unknown) => process.nextTick(next, error),
  )
}
