// The README's blocks of TypeScript, in their order: they compile under the strict options, and run. The migrations are files of their own.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { admin, app, auth, createWorld, database, removeWorld } from './world.js'

const top = join(import.meta.dirname, '../..')
const folder = join(top, 'build/readme')

before(async () => {
  await createWorld()
  await admin.query(`UPDATE businesses SET slug = 'salon' WHERE slug = 'business-0'`)
})
after(removeWorld)

/** Runs after the blocks, before the last one. */
const requests = `
const listening = app.listen(0)
await new Promise(done => listening.once('listening', done))
const port = (listening.address() as { port: number }).port
for (const [salon, status] of [['salon', 200], ['nobody', 500]] as const) {
  const headers = { 'x-salon': salon }
  const response = await fetch(\`http://localhost:\${port}/services\`, { headers })
  console.log('express', response.status === status, ((await response.json()) as object[]).length)
  const answer = await server.inject({ url: '/services', headers })
  console.log('fastify', answer.statusCode === status, answer.json().length)
}
await new Promise(done => listening.close(done))
await server.close()
console.log('booked', booked?.status, account.status)
`

test('the blocks of the README', () => {
  const text = readFileSync(join(top, 'README.md'), 'utf8')
  const blocks = [...text.matchAll(/^```ts\n([^]*?)^```$/gm)].map(match => match[1] as string)
  assert.ok(blocks.length > 10)
  const last = blocks.pop() as string
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(join(folder, 'migrations'), { recursive: true })
  const migration = /^\/\/ (migrations\/\w+\.ts)\n/
  const migrations = blocks.flatMap(block => {
    const file = migration.exec(block)?.[1]
    return file === undefined ? [] : [{ file, block }]
  })
  assert.equal(migrations.length, 2)
  for (const { file, block } of migrations) writeFileSync(join(folder, file), block)
  writeFileSync(join(folder, 'readme.ts'), [...blocks.filter(block => !migration.test(block)), requests, last].join('\n'))
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({
    extends: '../../tsconfig.json',
    compilerOptions: {
      rootDir: '.', outDir: '.', composite: false, declaration: false, skipLibCheck: true, tsBuildInfoFile: null,
      noUnusedLocals: false, noUnusedParameters: false,
    },
    files: ['readme.ts', ...migrations.map(({ file }) => file)], include: [],
  }))
  const run = (script: string, ...args: string[]) => {
    const url = (user: string) => `postgresql:///${database}?host=${process.env.PGHOST ?? '/var/run/postgresql'}&user=${user}`
    const { status, stdout, stderr } = spawnSync(process.execPath, [script, ...args], {
      cwd: folder, encoding: 'utf8', timeout: 60_000, env: { ...process.env, DATABASE_URL: url(app), AUTH_DATABASE_URL: url(auth), BOOKING_CONTEXT_KEY: 'k'.repeat(64) },
    })
    assert.equal(status, 0, stdout + stderr)
    return stdout
  }
  run(join(top, 'node_modules/typescript/bin/tsc'), '-p', '.')
  const printed = run('readme.js')
  assert.match(printed, /^404$/m)
  for (const line of ['express true 1', 'fastify true 1', 'booked confirmed pending_verification']) assert.ok(printed.includes(line), printed)
  assert.ok(!printed.includes(' false '), printed)
})
