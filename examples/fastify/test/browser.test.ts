// The application, used by persons in real browsers. It needs the database of ./dev example, whose sample it knows.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { createBooking } from 'bookmeatoz'
import pg from 'pg'
import { chromium, type Browser, type Page } from 'playwright-core'
import { createApp } from '../src/app.js'
import { addMonths, longMonth } from '../src/dates.js'

const { DATABASE_URL, AUTH_DATABASE_URL, ADMIN_DATABASE_URL, CHROMIUM = '/usr/bin/chromium-headless-shell' } = process.env
const db = createBooking({ pool: { connectionString: DATABASE_URL }, auth: { connectionString: AUTH_DATABASE_URL } })
const app = createApp(db, 'a secret of the test')
const admin = new pg.Client({ connectionString: ADMIN_DATABASE_URL })
// Each person has a browser.
const browsers: Browser[] = []
let nora: Page, emil: Page
let port: string
const at = (name: string, path = '/'): string => `http://${name}.localhost:${port}${path}`

before(async () => {
  await admin.connect()
  // One chair in Auckland, where it is another day than here for half of the time: two slots a day, and nobody else who could take a booking.
  await admin.query(`
    DELETE FROM bookings USING businesses b WHERE b.id = business_id AND b.slug = 'chair';
    DELETE FROM businesses WHERE slug = 'chair';
    WITH b AS (INSERT INTO businesses (tenant_id, name, slug, subdomain, timezone, currency, settings)
               SELECT id, 'One Chair', 'chair', 'chair', 'Pacific/Auckland', 'NZD', '{"slot_interval_minutes": 60}' FROM tenants WHERE subdomain = 'linden' RETURNING id),
    h AS (INSERT INTO working_hours (business_id, day_of_week, start_time, end_time) SELECT id, day, '10:00', '12:00' FROM b, generate_series(0, 6) day)
    INSERT INTO services (business_id, name, duration, price) SELECT id, 'Shave', 60, 40 FROM b`)
  port = new URL(await app.listen({ port: 0, host: 'localhost' })).port
  for (let i = 0; i < 2; i++) {
    browsers.push(await chromium.launch({
      executablePath: CHROMIUM,
      // Without a sandbox, which neither root nor most containers have: these pages are our own.
      args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
    }))
  }
  const pages = await Promise.all(browsers.map(browser => browser.newPage({ viewport: { width: 390, height: 780 } })))
  nora = pages[0]!
  emil = pages[1]!
})
after(async () => {
  await Promise.all(browsers.map(browser => browser.close()))
  await app.close()
  await db.close()
  await admin.end()
})

const title = (page: Page): Promise<string> => page.locator('h1').innerText()
const notice = (page: Page): Promise<string> => page.locator('[role=status]').innerText()
const times = (page: Page): Promise<string[]> => page.locator('.slots button').allInnerTexts()
const slot = (page: Page, time: string) => page.locator('.slots button', { hasText: time })

/**
 * The month in which all is booked, the next one in UTC: every day of it is to come, and free at first. It stays the same for the whole test. Where no
 * time is left before it, or it has begun in Auckland, a service's page shows it at once.
 */
const month = longMonth(addMonths(new Date().toISOString().slice(0, 7), 1))

/** Goes by links to a day of this month. */
async function chooseDay(page: Page, day: number): Promise<void> {
  await page.goto(at('chair'))
  await page.getByText('Shave').click()
  await openDay(page, day)
}
async function openMonth(page: Page): Promise<void> {
  const shown = page.locator('.between strong')
  if ((await shown.innerText()) !== month) await page.getByText('›', { exact: true }).click()
  assert.equal(await shown.innerText(), month)
}
async function openDay(page: Page, day: number): Promise<void> {
  await openMonth(page)
  await page.locator('.month td', { hasText: new RegExp(`^${day}$`) }).getByRole('link').click()
}
async function confirm(page: Page, name: string): Promise<void> {
  assert.equal(await title(page), 'Is this right?')
  await page.getByLabel('Name').fill(name)
  await page.getByLabel('E-mail').fill(`${name.split(' ', 1)[0]!}@mail.example`)
  await page.getByText('Book it').click()
  assert.equal(await title(page), 'You are booked')
}
async function logIn(page: Page, host: string, email: string, password = 'demo'): Promise<void> {
  await page.goto(at(host, '/login'))
  await page.getByLabel('E-mail').fill(email)
  await page.getByLabel('Password').fill(password)
  await page.locator('main button').click()
}
const path = (page: Page): string => new URL(page.url()).pathname
/** The status of a page, as nobody's browser asks for it. */
const status = async (host: string, url: string): Promise<number> => (await app.inject({ url, headers: { host: `${host}.localhost` } })).statusCode

test('somebody picks a service, a day and a slot, books, moves and cancels; others see what is taken', async () => {
  await chooseDay(nora, 5)
  assert.deepEqual(await times(nora), ['10:00', '11:00'])
  await chooseDay(emil, 5)
  await slot(nora, '10:00').click()
  await emil.reload()
  assert.deepEqual(await times(emil), ['11:00'], 'what is held is taken')
  await confirm(nora, 'Nora <b>Lind</b>')
  assert.match(await nora.locator('.card').innerText(), /^Shave\n\w+,? 5 \w+ \d{4}, 10:00 – 11:00 · for Nora <b>Lind<\/b>$/)
  await emil.reload()
  assert.deepEqual(await times(emil), ['11:00'])

  await nora.getByText('Move it').click()
  await openDay(nora, 5)
  assert.deepEqual(await times(nora), ['10:00', '11:00'], 'the own booking is in nobody\'s way')
  await nora.getByText('Another day').click()
  await nora.locator('.month td', { hasText: /^6$/ }).getByRole('link').click()
  await slot(nora, '11:00').click()
  assert.equal(await notice(nora), 'It is moved. This is your new time.')
  assert.match(await nora.locator('.card').innerText(), / 6 \w+ \d{4}, 11:00 – 12:00/)
  await emil.reload()
  assert.deepEqual(await times(emil), ['10:00', '11:00'])
  await chooseDay(emil, 6)
  assert.deepEqual(await times(emil), ['10:00'])

  await nora.getByText('Cancel it').click()
  assert.equal(await title(nora), 'It is cancelled')
  await emil.reload()
  assert.deepEqual(await times(emil), ['10:00', '11:00'])
})

test('two browsers want the last slot at once: one gets it, the other is told kindly', async () => {
  for (const day of [10, 11, 12, 13, 14]) {
    await chooseDay(nora, day)
    await slot(nora, '10:00').click()
    await confirm(nora, 'Nora Lind')
    await Promise.all([chooseDay(nora, day), chooseDay(emil, day)])
    assert.deepEqual(await times(nora), ['11:00'])
    assert.deepEqual(await times(emil), ['11:00'])
    await Promise.all([slot(nora, '11:00').click(), slot(emil, '11:00').click()])
    const [winner, loser] = (await title(nora)) === 'Is this right?' ? [nora, emil] : [emil, nora]
    await confirm(winner, 'Somebody')
    assert.match(await notice(loser), /^Sorry, somebody was quicker/)
    assert.match(await loser.locator('main').innerText(), /Nothing is free on this day any more/)
    await loser.getByText('Another day').click()
    assert.equal(await loser.locator('.month td', { hasText: new RegExp(`^${day}$`) }).getByRole('link').count(), 0, 'the day is full')
    assert.equal(await loser.locator('.month td', { hasText: /^20$/ }).getByRole('link').count(), 1)
  }
  const { rows } = await admin.query(`
    SELECT count(*)::int FROM bookings b JOIN businesses s ON s.id = b.business_id
    WHERE s.slug = 'chair' AND b.status = 'confirmed' AND extract(day FROM b.start_time AT TIME ZONE s.timezone) BETWEEN 10 AND 14`)
  assert.equal(rows[0].count, 10)
})

test('a booking is not moved to where somebody was quicker, and stays where it was', async () => {
  await chooseDay(nora, 16)
  await slot(nora, '10:00').click()
  await confirm(nora, 'Nora Lind')
  await nora.getByText('Move it').click()
  await openDay(nora, 16)
  await chooseDay(emil, 16)
  await slot(emil, '11:00').click()
  await slot(nora, '11:00').click()
  assert.match(await notice(nora), /^Sorry, somebody was quicker/)
  await nora.getByText('Leave it there').click()
  assert.match(await nora.locator('.card').innerText(), /10:00 – 11:00/)
  await emil.getByText('No, another time').click()
  assert.deepEqual(await times(emil), ['11:00'], 'what is given back is free again')
})

test('pressed twice, it is one hold; a hold that has expired says so', async () => {
  await chooseDay(nora, 18)
  const [look, start] = await Promise.all([nora.locator('[name=look]').inputValue(), slot(nora, '10:00').getAttribute('value')])
  const press = () => app.inject({ method: 'POST', url: `/services/${path(nora).split('/')[2]!}/hold`, payload: new URLSearchParams({ look, start: start! }).toString(),
    headers: { host: 'chair.localhost', 'content-type': 'application/x-www-form-urlencoded' } })
  const [first, second] = await Promise.all([press(), press()])
  assert.equal(first.statusCode, 303)
  assert.equal(first.headers.location, second.headers.location)
  await nora.goto(at('chair', first.headers.location as string))
  await nora.getByLabel('Name').fill('Nora Lind')
  await nora.getByLabel('E-mail').fill('nora@mail.example')
  await admin.query('UPDATE bookings SET hold_expires_at = now() WHERE id = $1', [path(nora).split('/')[2]!.slice(0, 36)])
  await nora.getByText('Book it').click()
  assert.equal(await notice(nora), 'The time ran out. Please choose again.')
  await nora.getByText('Choose a time').click()
  assert.equal(await title(nora), 'Shave')
})

test('the subdomain of another business or tenant shows nothing of it', async () => {
  await chooseDay(nora, 20)
  const day = path(nora)
  await slot(nora, '10:00').click()
  await confirm(nora, 'Nora Lind')
  const booking = path(nora)
  for (const url of [day, booking]) {
    assert.equal(await status('chair', url), 200)
    for (const host of ['haarwerk', 'physio', 'linden', 'everest', 'nobody']) assert.equal(await status(host, url), 404, `${host} ${url}`)
  }
  // An id alone opens nothing, nor does one with the seal of another.
  assert.equal(await status('chair', booking.slice(0, '/bookings/'.length + 36)), 404)
  assert.equal(await status('chair', booking.replace(/bookings\/[^.]{4}/, 'bookings/0000')), 404)
  await nora.goto(at('everest'))
  assert.deepEqual(await nora.locator('.card').allInnerTexts(), ['Everest Physio', 'Harbour Dental', 'Himal Music Room'])
  await nora.getByText('Everest Physio').click()
  assert.equal(new URL(nora.url()).hostname, 'physio.localhost')
  assert.equal(await nora.getByText('Shave').count(), 0)
  await emil.goto(at('linden'))
  assert.deepEqual(await emil.locator('.card').allInnerTexts(), ['Bowery Barbers', 'Haarwerk Berlin', 'One Chair'])
})

test('who logs in sees the own appointments; an administrator the figures of the own businesses', async () => {
  await logIn(nora, 'haarwerk', 'lena.schmidt@mail.example', 'wrong')
  assert.equal(await notice(nora), 'Address or password are not right.')
  await logIn(nora, 'haarwerk', 'nobody@mail.example')
  assert.equal(await notice(nora), 'Address or password are not right.')
  await logIn(nora, 'haarwerk', 'Lena.Schmidt@mail.example')
  assert.equal(await title(nora), 'Your account')
  const before = await nora.locator('a.card').count()
  assert.doesNotMatch(await nora.locator('main').innerText(), /figures|booked/)
  await nora.goto(at('haarwerk'))
  await nora.getByText('Haircut').click()
  await openMonth(nora)
  await nora.locator('.month a').last().click()
  await nora.locator('.slots button').first().click()
  await nora.getByText('Book it').click()
  assert.match(await nora.locator('.card').innerText(), /for Lena Schmidt$/)
  await nora.getByText('Account').click()
  assert.equal(await nora.locator('a.card').count(), before + 1)
  await nora.getByText('Log out').click()
  assert.equal(await nora.getByText('Account').count(), 0)

  await logIn(emil, 'linden', 'mia.becker@haarwerk.example')
  const text = await emil.locator('main').innerText()
  for (const name of ['Bowery Barbers', 'Haarwerk Berlin', 'One Chair']) assert.match(text, new RegExp(`${name}\n[1-9]\\d* bookings`))
  assert.doesNotMatch(text, /Physio|Harbour|Himal/)
  // Elsewhere she is nobody special, even with this cookie.
  const cookie = (await emil.context().cookies()).find(({ name }) => name === 'login')!
  const account = (host: string, login: string) => app.inject({ url: '/account', headers: { host: `${host}.localhost`, cookie: `login=${login}` } })
  assert.match((await account('linden', cookie.value)).body, /Haarwerk Berlin/)
  assert.doesNotMatch((await account('everest', cookie.value)).body, / bookings/)
  assert.equal((await account('linden', cookie.value.replace(/^.{4}/, '0000'))).headers.location, '/login')
})

test('a form of another site is not obeyed, and what is no request is told so', async () => {
  const post = (headers: Record<string, string>, url = '/login') =>
    app.inject({ method: 'POST', url, payload: 'email=a&password=b', headers: { host: 'haarwerk.localhost', 'content-type': 'application/x-www-form-urlencoded', ...headers } })
  assert.equal((await post({ origin: 'http://evil.localhost' })).statusCode, 403)
  assert.equal((await post({ origin: 'http://haarwerk.localhost' })).statusCode, 401)
  assert.equal((await post({}, '/services/x/hold')).statusCode, 400)
  assert.equal(await status('haarwerk', '/services/x'), 400)
  assert.equal(await status('haarwerk', '/nothing'), 404)
})
