import { randomUUID } from 'node:crypto'
import { BookingError, BookingStateError, CheckError, SlotNotBookableError, SlotTakenError, toHttp, type Booking } from 'bookmeatoz'
import { bookingContext } from 'bookmeatoz/fastify'
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import { addDays, dateOf, longDate } from './dates.js'
import { html } from './html.js'
import * as pages from './pages.js'
import { passwordMatches, sealer } from './secrets.js'

const loginDays = 7
const missing = (): Error => Object.assign(new Error('not found'), { statusCode: 404 })

/** What a person is told of an error that is no fault of ours. */
function explain(error: unknown): string | undefined {
  const { reason = '' } = error instanceof BookingError ? error : {}
  if (error instanceof SlotTakenError) return 'Sorry, somebody was quicker: this time has just been taken. Please choose another one.'
  if (error instanceof SlotNotBookableError) {
    const words: Record<string, string> = {
      too_soon: 'This time is too soon. Please choose a later one.',
      too_late: 'It is too late to change this here. Please call us.',
      customer_busy: 'You have another appointment at this time.',
      customer_limit: 'You have as many appointments as one may have. Please call us.',
      customer_blocked: 'Please call us to make an appointment.',
    }
    return words[reason] ?? 'This time cannot be booked. Please choose another one.'
  }
  if (error instanceof BookingStateError) return reason === 'hold_expired' ? 'The time ran out. Please choose again.' : 'This cannot be done any more.'
  if (error instanceof CheckError) return 'Please look again at what you have written.'
  return undefined
}

const texts = (...names: string[]): object => ({
  type: 'object',
  required: names,
  properties: Object.fromEntries(names.map(name => [name, { type: 'string', minLength: 1, maxLength: 300 }])),
})
const query = { type: 'object', properties: { month: { type: 'string', pattern: '^\\d{4}-(0[1-9]|1[0-2])$' }, move: { type: 'string' } } }
const place = { type: 'object', properties: { service: { type: 'string', format: 'uuid' }, date: { type: 'string', format: 'date' } } }

/** The application. `secret` signs log-ins and the addresses of bookings. */
export function createApp(db: Booking, secret: string): FastifyInstance {
  const app = fastify()
  const { seal, unseal } = sealer(secret)
  app.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, (_request, body, done) =>
    done(null, Object.fromEntries(new URLSearchParams(body as string))))

  // ---- Whom a request is for

  app.addHook('onRequest', async ({ headers, host, method }, reply) => {
    reply.headers({
      'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
      'referrer-policy': 'same-origin',
      'cache-control': 'no-store',
    })
    // A form of another site is not obeyed.
    if (method === 'POST' && headers.origin !== undefined && !headers.origin.endsWith(`//${host}`)) throw Object.assign(new Error('foreign form'), { statusCode: 403 })
  })

  function userOf(request: FastifyRequest): string | undefined {
    const cookie = /(?:^|; )login=([^;]*)/.exec(request.headers.cookie ?? '')?.[1]
    const [userId, end] = unseal('login', cookie ?? '')?.split(' ') ?? []
    return Number(end) > Date.now() ? userId : undefined
  }

  app.addHook('preHandler', bookingContext(async (request: FastifyRequest) => {
    const subdomain = request.hostname.split('.', 1)[0]!
    const userId = userOf(request)
    const business = await db.resolve.business({ subdomain })
    if (business) return { ...business, userId }
    const tenantId = await db.resolve.tenant(subdomain)
    if (tenantId === null) throw missing()
    return { tenantId, userId }
  }))

  // ---- What the handlers have in common; all run in the context of the request

  async function site(): Promise<pages.Site> {
    const { businessId, tenantId, userId } = db.context() ?? {}
    const { rows } = await (businessId
      ? db.query('SELECT id, name, timezone FROM businesses WHERE id = $1', [businessId])
      : db.query('SELECT id, name, NULL AS timezone FROM tenants WHERE id = $1', [tenantId]))
    return { ...rows[0], loggedIn: userId != null }
  }
  async function business(): Promise<pages.Business> {
    const { timezone, ...rest } = await site()
    if (timezone === null) throw missing()
    return { timezone, ...rest }
  }

  const services = async (id: string | null = null): Promise<pages.Service[]> => (await db.query(`
    SELECT s.id, s.name, s.description, s.duration, s.price, s.currency, c.name AS category
    FROM services s LEFT JOIN service_categories c ON c.id = s.category_id
    WHERE s.status = 'active' AND (s.id = $1 OR $1 IS NULL AND NOT s.is_private) ORDER BY c.name, s.name`, [id])).rows
  async function service(id: string): Promise<pages.Service> {
    const [found] = await services(id)
    if (!found) throw missing()
    return found
  }

  async function bookings(condition: string, value: string): Promise<pages.BookingRow[]> {
    const { rows } = await db.query(`
      SELECT b.id, b.status, b.start_time AS start, b.end_time AS "end", b.hold_expires_at AS "holdExpires", s.id AS "serviceId", s.name AS service,
             u.profile->>'name' AS employee, c.name AS customer
      FROM bookings b JOIN services s ON s.id = b.service_id LEFT JOIN customers c ON c.id = b.customer_id
      LEFT JOIN employees e ON e.id = b.employee_id LEFT JOIN users u ON u.id = e.user_id
      WHERE b.business_id = $1 AND ${condition} = $2 ORDER BY b.start_time DESC LIMIT 50`, [db.context()?.businessId, value])
    return rows.map(row => ({ ...row, key: seal('booking', row.id) }))
  }
  // An id is no secret, so an address has it sealed.
  async function booking(key: string): Promise<pages.BookingRow> {
    const id = unseal('booking', key)
    const [found] = id === undefined ? [] : await bookings('b.id', id)
    if (!found) throw missing()
    return found
  }

  const send = (reply: FastifyReply, text: string): FastifyReply => reply.type('text/html; charset=utf-8').send(text)

  /** Does what a form asks for and leads on; or shows the page again, which says why not. */
  async function act(reply: FastifyReply, action: () => Promise<string>, shown: (notice: string) => Promise<string>): Promise<FastifyReply> {
    try {
      return reply.redirect(await action(), 303)
    } catch (error) {
      const notice = explain(error)
      if (notice === undefined) throw error
      return send(reply.code(toHttp(error).status), await shown(notice))
    }
  }

  // ---- Choosing

  app.get('/', async (request, reply) => {
    const here = await site()
    if (here.timezone !== null) return send(reply, pages.page(here, 'Book an appointment', pages.servicesContent(await services())))
    const { rows } = await db.query(`SELECT name, subdomain FROM businesses WHERE status = 'active' AND subdomain IS NOT NULL ORDER BY name`)
    const domain = request.host.slice(request.host.indexOf('.'))
    return send(reply, pages.page(here, here.name, pages.businessesContent(
      rows.map(({ name, subdomain }) => ({ name, address: `${request.protocol}://${subdomain}${domain}/` })))))
  })

  app.get<{ Params: { service: string }; Querystring: { month?: string; move?: string } }>('/services/:service', { schema: { params: place, querystring: query } },
    async (request, reply) => {
      const here = await business()
      const chosen = await service(request.params.service)
      const move = request.query.move === undefined ? undefined : await booking(request.query.move)
      const search = { serviceId: chosen.id, excludeBookingId: move?.id }
      const today = dateOf(new Date(), here.timezone)
      const firstFree = async (from?: string): Promise<string | undefined> => {
        const [slot] = await db.slots.next({ ...search, afterTime: from && `${from} 00:00 ${here.timezone}` })
        return slot && dateOf(slot.slotStart, here.timezone)
      }
      const wanted = request.query.month ?? (await firstFree() ?? today).slice(0, 7)
      const month = wanted < today.slice(0, 7) ? today.slice(0, 7) : wanted
      const last = addDays(`${month}-28`, 10).slice(0, 7) + '-01'
      const dates = await db.slots.dates({ ...search, fromDate: month === today.slice(0, 7) ? today : `${month}-01`, toDate: addDays(last, -1) })
      const next = dates.length === 0 ? await firstFree(last) : undefined
      return send(reply, pages.page(here, chosen.name, pages.calendarContent(here, chosen, { month, today, dates, next, move })))
    })

  async function dayPage(serviceId: string, date: string, move?: pages.BookingRow, notice?: string): Promise<string> {
    const here = await business()
    const chosen = await service(serviceId)
    const slots = await db.slots.find({
      serviceId,
      fromTime: `${date} 00:00 ${here.timezone}`,
      toTime: `${addDays(date, 1)} 00:00 ${here.timezone}`,
      excludeBookingId: move?.id,
    })
    return pages.page(here, longDate(date), pages.dayContent(here, chosen, { date, slots, look: randomUUID(), move }), notice)
  }

  app.get<{ Params: { service: string; date: string }; Querystring: { move?: string } }>('/services/:service/:date', { schema: { params: place, querystring: query } },
    async ({ params, query }, reply) => send(reply, await dayPage(params.service, params.date, query.move === undefined ? undefined : await booking(query.move))))

  // ---- Booking

  app.post<{ Params: { service: string }; Body: { start: string; look: string } }>('/services/:service/hold', { schema: { params: place, body: texts('start', 'look') } },
    async ({ params: { service: serviceId }, body: { start, look } }, reply) => act(reply, async () => {
      // Pressed twice, it is one hold.
      const { bookingId } = await db.bookings.hold({ serviceId, slotStart: start, idempotencyKey: `${look} ${start}` })
      return `/bookings/${seal('booking', bookingId)}`
    }, async notice => dayPage(serviceId, dateOf(new Date(start), (await business()).timezone), undefined, notice)))

  async function bookingPage(key: string, notice?: string): Promise<string> {
    const here = await business()
    const found = await booking(key)
    const now = new Date()
    const seconds = found.holdExpires && Math.ceil((found.holdExpires.getTime() - now.getTime()) / 1000) + 1
    const refresh = seconds && seconds > 0 ? `${seconds}; url=/bookings/${key}` : undefined
    return pages.page(here, pages.bookingTitle(found, now), pages.bookingContent(here, found, now), notice, refresh)
  }

  app.get<{ Params: { key: string }; Querystring: { moved?: string } }>('/bookings/:key', async ({ params, query }, reply) =>
    send(reply, await bookingPage(params.key, query.moved && 'It is moved. This is your new time.')))

  app.post<{ Params: { key: string }; Body: { name?: string; email?: string } }>('/bookings/:key/confirm', async ({ params: { key }, body }, reply) =>
    act(reply, async () => {
      const { id: bookingId } = await booking(key)
      const { businessId, userId } = db.context() ?? {}
      await db.transaction(async () => {
        const { rows: [person] } = userId ? await db.query(`SELECT email, coalesce(profile->>'name', email) AS name FROM users WHERE id = $1`, [userId]) : { rows: [body] }
        // The record of the address stays as it is: who writes it here has not proved that it is theirs. Who is logged in has.
        const { rows: [customer] } = await db.query(`
          INSERT INTO customers (business_id, name, email, user_id) VALUES ($1, $2, $3, $4)
          ON CONFLICT (business_id, email) DO UPDATE SET user_id = coalesce(excluded.user_id, customers.user_id) RETURNING id`,
          [businessId, person?.name, person?.email, userId])
        await db.bookings.confirm({ bookingId, customerId: customer.id })
      })
      return `/bookings/${key}`
    }, notice => bookingPage(key, notice)))

  app.post<{ Params: { key: string } }>('/bookings/:key/release', async ({ params: { key } }, reply) => act(reply, async () => {
    const { id, serviceId, start } = await booking(key)
    await db.bookings.release({ bookingId: id })
    return `/services/${serviceId}/${dateOf(start, (await business()).timezone)}`
  }, notice => bookingPage(key, notice)))

  app.post<{ Params: { key: string }; Body: { start: string } }>('/bookings/:key/move', { schema: { body: texts('start') } }, async ({ params: { key }, body: { start } }, reply) => {
    const move = await booking(key)
    return act(reply, async () => {
      await db.bookings.reschedule({ bookingId: move.id, slotStart: start, anyEmployee: true, asCustomer: true })
      return `/bookings/${key}?moved=1`
    }, async notice => dayPage(move.serviceId, dateOf(new Date(start), (await business()).timezone), move, notice))
  })

  app.post<{ Params: { key: string } }>('/bookings/:key/cancel', async ({ params: { key } }, reply) => act(reply, async () => {
    await db.bookings.cancel({ bookingId: (await booking(key)).id, asCustomer: true })
    return `/bookings/${key}`
  }, notice => bookingPage(key, notice)))

  // ---- Who is logged in

  app.get('/login', async (_request, reply) => send(reply, pages.page(await site(), 'Log in', pages.loginContent)))

  app.post<{ Body: { email: string; password: string } }>('/login', { schema: { body: texts('email', 'password') } }, async ({ body, protocol }, reply) => {
    const { rows: [user] } = await db.auth.run(auth =>
      auth.query(`SELECT id, password_hash FROM users WHERE email = lower($1) AND status = 'active' AND email_verified`, [body.email]))
    if (!(await passwordMatches(body.password, user?.password_hash))) {
      return send(reply.code(401), pages.page(await site(), 'Log in', pages.loginContent, 'Address or password are not right.'))
    }
    await db.auth.run(auth => auth.query('UPDATE users SET last_login_at = now() WHERE id = $1', [user.id]))
    const end = Date.now() + loginDays * 86_400_000
    return reply
      .header('set-cookie', `login=${seal('login', `${user.id} ${end}`)}; Path=/; Max-Age=${loginDays * 86_400}; HttpOnly; SameSite=Lax${protocol === 'https' ? '; Secure' : ''}`)
      .redirect('/account', 303)
  })

  app.post('/logout', async (_request, reply) => reply.header('set-cookie', 'login=; Path=/; Max-Age=0').redirect('/', 303))

  app.get('/account', async (_request, reply) => {
    const { userId, tenantId } = db.context() ?? {}
    if (userId == null) return reply.redirect('/login', 303)
    const here = await site()
    const own = here.timezone === null ? [] : await bookings('c.user_id', userId)
    // As a user one sees the own rows alone; as an administrator of the tenant, all its businesses.
    const { rows: administrator } = await db.run({ userId }, () => db.query('SELECT FROM tenant_admins WHERE tenant_id = $1 AND user_id = $2', [tenantId, userId]))
    const figures = administrator.length === 0 ? [] : await db.run({ tenantId, userId }, async () => (await db.query(`
      SELECT b.name, to_char(f.month, 'YYYY-MM') AS month, f.bookings, f.booked_minutes::float / nullif(f.working_minutes, 0) AS utilisation,
             f.revenue, f.customers, f.no_shows AS "noShows"
      FROM business_statistics((date_trunc('month', now()) - interval '1 month')::date, (date_trunc('month', now()) + interval '2 months')::date - 1) f
      JOIN businesses b ON b.id = f.business_id WHERE f.bookings > 0 ORDER BY f.month, b.name`)).rows)
    return send(reply, pages.page(here, 'Your account', pages.accountContent(own, figures, here.timezone)))
  })

  // ---- What goes wrong

  const problem = ({ url }: FastifyRequest, title: string, text: string): string =>
    pages.page(null, title, html`<p>${text}</p>${url !== '/' && html`<p><a href="/">To the start</a></p>`}`)
  const notFound = (request: FastifyRequest, reply: FastifyReply): FastifyReply =>
    send(reply.code(404), problem(request, 'There is nothing here', 'The address is wrong, or what was here is gone.'))
  app.setNotFoundHandler(notFound)
  app.setErrorHandler((error: Error & { statusCode?: number }, request, reply) => {
    const status = error instanceof BookingError ? toHttp(error).status : (error.statusCode ?? 500)
    if (status === 404) return notFound(request, reply)
    if (status >= 500) console.error(error)
    const text = status < 500 ? 'This request was not understood.' : 'Something went wrong here. Please try again later.'
    return send(reply.code(status), problem(request, 'Sorry', text))
  })
  return app
}
