// Measures ways to find slots from Node.js. Reads questions as JSON from standard input: [{ name, service, employee, from, to }, ...]; connected
// by PGHOST and PGDATABASE. Prints a line of JSON for each question and way: { question, way, microseconds, count, hash }, the median of all
// executions; ways take turns. The hash is over the starts and the employees who are free, the same for all ways; SELECT 1 has none.
// Called by ../run.py.
import { createHash } from 'node:crypto'
import pg from 'pg'
import * as byHand from './by-hand.js'
import * as dateFns from './date-fns-tz.js'
import * as luxon from './luxon.js'
import * as ours from './ours.js'

const ways = [
  { name: 'SELECT 1', find: ours.nothing },
  { name: 'luxon', find: luxon.slots, read: (slots) => slots.map((slot) => [+slot.start, slot.employees]) },
  { name: 'date-fns-tz', find: dateFns.slots, read: (slots) => slots.map((slot) => [+slot.start, slot.employees]) },
  { name: 'by hand', find: byHand.slots, read: (slots) => slots.map((slot) => [slot.start, slot.employees]) },
  { name: 'ours, rows', find: ours.rows, read: (rows) => rows.map((row) => [+row.slot_start, row.employee_ids]) },
  {
    name: 'ours, compact',
    find: ours.compact,
    read: (found) => found.slots.map(([start, free]) => [Date.parse(start), free.map((index) => found.employees[index])]),
  },
]
const milliseconds = 60
const rounds = +process.argv[2]

const client = new pg.Client()
await client.connect()
await client.query("SET jit = off; SET plan_cache_mode = force_generic_plan; SET max_parallel_workers_per_gather = 0")

async function time(way, question) {
  const before = process.hrtime.bigint()
  await way.find(client, question)
  return Number(process.hrtime.bigint() - before) / 1000
}

let input = ''
for await (const chunk of process.stdin) input += chunk
for (const asked of JSON.parse(input)) {
  const question = { ...asked, from: new Date(asked.from), to: new Date(asked.to) }
  const results = []
  for (const way of ways) {
    const slots = way.read?.(await way.find(client, question))
    const hash = slots && createHash('sha256').update(JSON.stringify(slots)).digest('hex')
    // Warm, so that the compiler has seen the code.
    let fastest = Infinity
    for (let i = 0, until = performance.now() + 400; i < 1 || performance.now() < until; i++) fastest = Math.min(fastest, await time(way, question))
    const count = slots?.reduce((sum, [, employees]) => sum + employees.length, 0)
    const repeat = Math.max(1, Math.min(500, Math.floor((milliseconds * 1000) / fastest)))
    // What takes more than a second once is not asked to take it often.
    results.push({ way, hash, count, repeat, rounds: fastest > 1e6 ? 1 : rounds, times: [] })
  }
  for (let round = 0; round < rounds; round++) {
    for (const result of results) {
      for (let i = 0; i < result.repeat && round < result.rounds; i++) result.times.push(await time(result.way, question))
    }
  }
  for (const { way, hash, count, times } of results) {
    times.sort((a, b) => a - b)
    console.log(JSON.stringify({ question: question.name, way: way.name, microseconds: times[times.length >> 1], count, hash }))
  }
}
await client.end()
