// What the middlewares do besides the storm: no context, nobody, errors of the resolver.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ArgumentError, ContextMissingError, createBooking, withContext, type Resolved } from 'bookmeatoz'
import { bookingContext as expressContext } from 'bookmeatoz/express'
import { bookingContext as fastifyContext } from 'bookmeatoz/fastify'
import fastify from 'fastify'

const db = createBooking({ pool: {} })
const id = '7b6f6f0e-0000-4000-8000-000000000001'

const ways: Record<string, (resolve: () => Resolved | Promise<Resolved>) => Promise<unknown>> = {
  withContext: resolve => withContext(resolve, () => db.context()),
  express: resolve => new Promise((done, fail) => expressContext(resolve)({}, {}, error => (error ? fail(error) : done(db.context())))),
  fastify: resolve => new Promise((done, fail) => fastifyContext(resolve)({}, {}, error => (error ? fail(error) : done(db.context())))),
}

for (const [name, enter] of Object.entries(ways)) {
  test(`${name}: a context, nobody, none, a wrong one, an error`, async () => {
    assert.equal(((await enter(async () => ({ businessId: id }))) as any).businessId, id)
    assert.equal(((await enter(() => ({ businessId: id }))) as any).businessId, id)
    assert.deepEqual(await enter(() => 'anonymous'), {})
    assert.equal(await enter(() => undefined), undefined)
    // A request without a context does not inherit one.
    assert.equal(await db.run({ businessId: id }, () => enter(() => undefined)), undefined)
    await assert.rejects(enter(() => ({ businessId: 'x' })), ArgumentError)
    await assert.rejects(enter(() => ({})), ContextMissingError)
    await assert.rejects(enter(() => { throw new Error('mine') }), /mine/)
    await assert.rejects(enter(async () => { throw new Error('mine') }), /mine/)
  })
}

test('a handler of Fastify that throws is answered by Fastify', async () => {
  const server = fastify()
  server.addHook('preHandler', fastifyContext(() => ({ businessId: id })))
  server.get('/', () => { throw Object.assign(new Error('mine'), { statusCode: 418 }) })
  assert.equal((await server.inject('/')).statusCode, 418)
  await server.close()
})
