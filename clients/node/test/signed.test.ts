// Signed contexts, in the hardened mode of a server of its own, which loads the library from its start.
import assert from 'node:assert/strict'
import { execFileSync, spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { ArgumentError, ContextRejectedError, createBooking, type Booking } from 'bookmeatoz'
import pg from 'pg'
import { endsWithParent, giveToPostgres } from './world.js'

const folder = mkdtempSync(join(tmpdir(), 'signed-'))
const data = join(folder, 'data')
const key = 'k'.repeat(64)
const connection = { host: folder, port: 5432, database: 'postgres' }
let bin = ''
let server: ChildProcess
let ended: Promise<unknown>
let business = ''

before(async () => {
  const given = new pg.Client({ database: 'postgres' })
  await given.connect()
  const { rows } = await given.query(`SELECT name, setting FROM pg_settings WHERE name IN ('dynamic_library_path', 'extension_destdir', 'extension_control_path')`)
  bin = (await given.query(`SELECT setting FROM pg_config() WHERE name = 'BINDIR'`)).rows[0].setting
  await given.end()
  giveToPostgres(folder)
  execFileSync(endsWithParent, [join(bin, 'initdb'), '-N', '-A', 'trust', '-U', 'postgres', '--no-locale', '--encoding=UTF8', '--no-instructions', '-D', data], { stdio: 'ignore' })
  const settings = [
    `listen_addresses = ''`, `unix_socket_directories = '${folder}'`, 'fsync = off', `shared_preload_libraries = 'bookmeatoz'`,
    `bookmeatoz.context_key = '${key}'`, 'bookmeatoz.signed_context_only = on', ...rows.map(({ name, setting }) => `${name} = '${setting}'`),
  ]
  writeFileSync(join(folder, 'settings'), settings.join('\n'))
  const log = openSync(join(folder, 'log'), 'a')
  server = spawn(endsWithParent, [join(bin, 'postgres'), '-D', data, '-c', `config_file=${join(folder, 'settings')}`], { stdio: ['ignore', log, log] })
  ended = once(server, 'exit')
  while (spawnSync(join(bin, 'pg_isready'), ['-q', '-h', folder]).status !== 0) {
    assert.equal(server.exitCode, null, 'the server does not start')
    await setTimeout(50)
  }
  const admin = new pg.Client({ ...connection, user: 'postgres' })
  await admin.connect()
  await admin.query(`CREATE EXTENSION bookmeatoz CASCADE; CREATE ROLE app LOGIN; SELECT bookmeatoz_grant_app_role('app');
    INSERT INTO tenants (name, subdomain) VALUES ('t', 't'); INSERT INTO businesses (tenant_id, name, slug, timezone) SELECT id, slug, slug, 'UTC' FROM tenants, unnest('{a,b}'::text[]) AS slug`)
  business = (await admin.query(`SELECT id FROM businesses WHERE slug = 'a'`)).rows[0].id
  await admin.end()
})
after(async () => {
  server.kill('SIGQUIT')
  await ended
  rmSync(folder, { recursive: true })
})

async function withDatabase(more: object, fn: (db: Booking) => Promise<void>): Promise<void> {
  const db = createBooking({ pool: { ...connection, user: 'app', max: 1 }, ...more })
  await fn(db)
  await db.close()
}
const slugs = async (db: Booking) => (await db.query('SELECT slug FROM businesses ORDER BY slug')).rows.map(row => row.slug)

for (const prepared of [false, true]) {
  test(`signed contexts count, ${prepared ? 'prepared' : 'unnamed'}`, () => withDatabase({ sign: { key: () => key, seconds: 5 }, prepared }, async db => {
    for (const _ of [1, 2]) {
      assert.deepEqual(await db.run({ businessId: business }, () => slugs(db)), ['a'])
      assert.deepEqual(await db.run({ businessId: business }, () => db.transaction(() => slugs(db))), ['a'])
      assert.deepEqual(await db.run({ systemAdmin: true }, () => slugs(db)), ['a', 'b'])
      assert.deepEqual(await db.anonymous(() => slugs(db)), [])
      // An injection cannot leave it.
      await db.run({ businessId: business }, () => db.transaction(async () => {
        await db.query(`SET LOCAL app.is_system_admin = off`)
        await db.query(`SELECT set_config('app.current_business_id', id::text, true) FROM businesses`)
        assert.deepEqual(await slugs(db), ['a'])
      }))
    }
  }))
}

test('another key, an expired token, no signature, a short key: refused, and the query does not run', async () => {
  for (const more of [{ sign: { key: 'x'.repeat(64) } }, { sign: { key, seconds: -5 } }, {}]) {
    await withDatabase(more, async db => {
      for (const fn of [() => slugs(db), () => db.transaction(() => slugs(db))]) {
        await assert.rejects(db.run({ businessId: business }, fn), (error: any) =>
          error instanceof ContextRejectedError && error.sqlstate === ('sign' in more ? '28000' : '55000') && !JSON.stringify(error).includes(key))
      }
    })
  }
  await withDatabase({ sign: { key: 'short' } }, async db => {
    await assert.rejects(db.run({ businessId: business }, () => slugs(db)), ArgumentError)
    await assert.rejects(db.run({ businessId: business }, () => db.transaction(() => slugs(db))), ArgumentError)
    assert.equal(db.pool.totalCount, 0)
  })
})
