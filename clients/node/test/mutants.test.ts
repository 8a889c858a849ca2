// The false designs, made from the package by a change of its code: the other tests must notice each.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { closeSync, cpSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'

const top = join(import.meta.dirname, '../..')

interface Mutant {
  name: string
  /** In which file of the package what is replaced by what. */
  changes: [file: string, from: string, to: string][]
  /** The test that must fail, and in which file. */
  noticed: [file: string, test: string][]
}

const mutants: Mutant[] = [
  {
    name: 'the storage is read when the client is there, not when it is asked for',
    changes: [[
      'pool.js', 'return new Checkout(await super.connect(), this.#statement, context);',
      `return new Promise((resolve, reject) => super.connect((error, client) =>
        error ? reject(error) : resolve(new Checkout(client, this.#statement, this.#contextOf()))));`,
    ]],
    noticed: [['cases', 'the context is captured when connect() or query() is called'], ['storm', 'query'], ['storm', 'Kysely'], ['storm', 'a hook of Fastify']],
  },
  {
    name: 'the storage is read in the client when the query is sent',
    changes: [
      ['pool.js', 'async #queryOnce(config, values) {', `async #queryOnce(config, values) {
        return new Promise((resolve, reject) => super.connect((error, client) => {
          if (error) return reject(error);
          const checkout = new Checkout(client, this.#statement, this.#contextOf());
          checkout.query(config, values).then(resolve, reject).finally(() => checkout.release());
        }));`],
    ],
    noticed: [['storm', 'query'], ['storm', 'the pool, with callbacks']],
  },
  {
    name: 'the state of the transaction is that of the moment when the query was made',
    changes: [
      ['queue.js', 'this.#length++ === 0 ? job() : this.#last.then(job)', '(this.#length++, job())'],
      ['query.js', 'super(config, values, callback);', 'super(config, values, callback); this.open = isOpen(client);'],
      ['query.js', '!isOpen(this.#client) ||', '!this.open ||'],
      ['query.js', 'if (isOpen(this.#client)) {', 'if (this.open) {'],
    ],
    noticed: [['cases', 'the state of the transaction is that of the moment when a query is sent']],
  },
  {
    name: 'an error is told before the server is ready again',
    changes: [['query.js', "connection.once('readyForQuery', tell);", 'tell();']],
    noticed: [['cases', 'the same where the answers of the server come in pieces']],
  },
  {
    name: 'a released client goes on',
    changes: [['checkout.js', /* every guard */ 'if (this.#released)', 'if (false)']],
    noticed: [['cases', 'a client used after its release, while another context has it: TransactionClosedError']],
  },
]

/** The names of the tests of a file that fail, where the package is changed so. */
function failures(mutant: Mutant, file: string): Set<string> {
  const names = mutant.noticed.filter(([of]) => of === file).map(([, name]) => name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
  const folder = mkdtempSync(join(tmpdir(), 'mutant-'))
  try {
    for (const part of ['package.json', 'dist']) cpSync(join(top, part), join(folder, part), { recursive: true })
    mkdirSync(join(folder, 'build'))
    cpSync(join(top, 'build/test'), join(folder, 'build/test'), { recursive: true })
    symlinkSync(join(top, 'node_modules'), join(folder, 'node_modules'))
    for (const [name, from, to] of mutant.changes) {
      const path = join(folder, 'dist', name)
      const code = readFileSync(path, 'utf8')
      assert.ok(code.includes(from), `${name} has no "${from}"`)
      writeFileSync(path, code.replaceAll(from, to))
    }
    const env: NodeJS.ProcessEnv = { ...process.env, ONLY_WAY: 'directly', WORLD: 'mutant' }
    delete env.NODE_TEST_CONTEXT
    // Into a file: what is written to a pipe is lost when the process is made to exit.
    const output = openSync(join(folder, 'output'), 'w')
    spawnSync(process.execPath, ['--test-reporter=tap', '--test-force-exit', `--test-name-pattern=${names.join('|')}`, `build/test/${file}.test.js`], {
      cwd: folder, env, stdio: ['ignore', output, 'ignore'], timeout: 20_000 })
    closeSync(output)
    const stdout = readFileSync(join(folder, 'output'), 'utf8')
    return new Set([...stdout.matchAll(/^ *not ok \d+ - (.*)$/gm)].map(match => (match[1] as string).replaceAll('\\', '')))
  } finally {
    rmSync(folder, { recursive: true })
  }
}

for (const mutant of mutants) {
  test(`noticed: ${mutant.name}`, () => {
    for (const file of new Set(mutant.noticed.map(([file]) => file))) {
      const failed = failures(mutant, file)
      for (const [of, name] of mutant.noticed) if (of === file) assert.ok(failed.has(name), `"${name}" does not fail; failed: ${[...failed].join('; ')}`)
    }
  })
}
