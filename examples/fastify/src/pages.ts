import type { AvailableDate, Slot } from 'bookmeatoz'
import { addMonths, dateOf, longDate, longMonth, timeOf, weeksOf } from './dates.js'
import { Html, html } from './html.js'
import { style } from './style.js'

/** Whom the page is of. */
export interface Site {
  /** A business, or a tenant, whose time zone is null. */
  id: string
  name: string
  timezone: string | null
  loggedIn: boolean
}
export interface Business extends Site {
  timezone: string
}
export interface Service {
  id: string
  name: string
  description: string | null
  duration: number
  price: string
  currency: string
  category: string | null
}
export interface BookingRow {
  id: string
  /** Its part of the address: the id, sealed. */
  key: string
  status: string
  start: Date
  end: Date
  /** Null unless it is a hold. */
  holdExpires: Date | null
  serviceId: string
  service: string
  employee: string | null
  customer: string | null
}
export interface Figures {
  name: string
  month: string
  bookings: string
  utilisation: number | null
  revenue: Record<string, number>
  customers: string
  noShows: string
}

export function page(site: Site | null, title: string, content: Html, notice?: string, refresh?: string): string {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
${refresh && html`<meta http-equiv="refresh" content="${refresh}">`}
<title>${title}${site && ` · ${site.name}`}</title>
<link rel="icon" href="data:,">
<style>${new Html(style)}</style>
</head>
<body>
${site && html`<header><a href="/">${site.name}</a>
${site.loggedIn
    ? html`<a href="/account">Account</a> <form method="post" action="/logout"><button class="link">Log out</button></form>`
    : html`<a href="/login">Log in</a>`}</header>`}
<main>
<h1>${title}</h1>
${notice && html`<p class="notice" role="status">${notice}</p>`}
${content}
</main>
</body>
</html>`.text
}

const money = (amount: string | number, currency: string): string =>
  Number(amount) === 0 ? 'free' : new Intl.NumberFormat('en', { style: 'currency', currency, minimumFractionDigits: 0 }).format(Number(amount))
const minutes = (count: number): string => (count < 60 ? `${count} min` : `${Math.floor(count / 60)} h${count % 60 ? ` ${count % 60} min` : ''}`)
const terms = (service: Service): string => `${minutes(service.duration)} · ${money(service.price, service.currency)}`

export const businessesContent = (businesses: { name: string; address: string }[]): Html =>
  html`<p class="soft">Where would you like to go?</p>
${businesses.map(({ name, address }) => html`<a class="card" href="${address}">${name}</a>`)}`

export function servicesContent(services: Service[]): Html {
  const categories = [...new Set(services.map(service => service.category))]
  return html`${categories.map(category => html`${category && html`<h2>${category}</h2>`}
${services.filter(service => service.category === category).map(service => html`<a class="card" href="/services/${service.id}">
<span>${service.name}${service.description && html`<small>${service.description}</small>`}</span><span class="soft">${terms(service)}</span></a>`)}`)}`
}

/** What is carried along while a booking is moved. */
const moving = (move: BookingRow | undefined, sign: '?' | '&'): Html => (move ? html`${sign}move=${move.key}` : html``)
const movingLine = (move: BookingRow | undefined, { timezone }: Business): Html =>
  html`${move && html`<p>You are moving your appointment of <strong>${whenOf(move, timezone)}</strong>. <a href="/bookings/${move.key}">Leave it there</a></p>`}`

export interface Calendar {
  month: string
  today: string
  dates: AvailableDate[]
  /** The first free date afterwards, where the month has none. */
  next: string | undefined
  move: BookingRow | undefined
}

export function calendarContent(business: Business, service: Service, { month, today, dates, next, move }: Calendar): Html {
  const free = new Set(dates.map(date => date.availableDate))
  const monthLink = (to: string, text: string): Html => html`<a class="button quiet" href="/services/${service.id}?month=${to}${moving(move, '&')}" aria-label="${longMonth(to)}">${text}</a>`
  return html`<p class="soft">${terms(service)}</p>${movingLine(move, business)}
<div class="row between">${month > today.slice(0, 7) ? monthLink(addMonths(month, -1), '‹') : html`<span></span>`}
<strong>${longMonth(month)}</strong>${monthLink(addMonths(month, 1), '›')}</div>
<table class="month"><thead><tr>${['Mo', 'Tu', 'We', 'Th', 'Fr', 'Sa', 'Su'].map(day => html`<th>${day}</th>`)}</tr></thead>
<tbody>${weeksOf(month).map(week => html`<tr>${week.map(day => html`<td>${day && (free.has(day)
    ? html`<a href="/services/${service.id}/${day}${moving(move, '?')}" aria-label="${longDate(day)}">${Number(day.slice(8))}</a>`
    : html`<span>${Number(day.slice(8))}</span>`)}</td>`)}</tr>`)}</tbody></table>
${free.size === 0 && html`<p>Nothing is free in this month. ${next
    ? html`The next free day is <a href="/services/${service.id}/${next}${moving(move, '?')}">${longDate(next)}</a>.`
    : 'Please come back later.'}</p>`}`
}

export interface Day {
  date: string
  slots: Slot[]
  /** Tells one look at the page from another. */
  look: string
  move: BookingRow | undefined
}

export function dayContent(business: Business, service: Service, { date, slots, look, move }: Day): Html {
  const parts = [['Morning', '00', '12'], ['Afternoon', '12', '17'], ['Evening', '17', '24']] as const
  const timed = slots.map(slot => ({ ...slot, time: timeOf(slot.slotStart, business.timezone) }))
  return html`<p class="soft">${service.name} · ${terms(service)}</p>${movingLine(move, business)}
<form method="post" action="${move ? html`/bookings/${move.key}/move` : html`/services/${service.id}/hold`}">
<input type="hidden" name="look" value="${look}">
${parts.map(([name, from, to]) => {
    const those = timed.filter(({ time }) => time >= from && time < to)
    return those.length > 0 && html`<h2>${name}</h2><div class="slots">${those.map(slot => html`<button name="start" value="${slot.slotStart.toISOString()}">${slot.time}${
      slot.remainingCapacity > 1 && html`<small>${slot.remainingCapacity} free</small>`}</button>`)}</div>`
  })}
</form>
${slots.length === 0 && html`<p>Nothing is free on this day any more.</p>`}
<p class="row"><a href="/services/${service.id}?month=${date.slice(0, 7)}${moving(move, '&')}">‹ Another day</a></p>
${slots.length > 0 && html`<p class="soft">Times are those of ${business.timezone.replace(/.*\//, '').replaceAll('_', ' ')}.</p>`}`
}

function whenOf({ start }: BookingRow, timezone: string): string {
  const date = dateOf(start, timezone)
  return `${longDate(date)} ${date.slice(0, 4)}, ${timeOf(start, timezone)}`
}

export function bookingContent({ timezone, loggedIn }: Business, booking: BookingRow, now: Date): Html {
  const action = (name: string): Html => html`/bookings/${booking.key}/${name}`
  const again = html`<p class="row"><a class="button" href="/services/${booking.serviceId}">Choose a time</a></p>`
  const card = html`<div class="card"><strong>${booking.service}</strong>${booking.employee && html` with ${booking.employee}`}
<small>${whenOf(booking, timezone)} – ${timeOf(booking.end, timezone)}${booking.customer && html` · for ${booking.customer}`}</small></div>`
  if (booking.holdExpires) {
    if (booking.holdExpires <= now) return html`${card}<p>We kept this time for some minutes; now it is free again.</p>${again}`
    return html`${card}
<p>We keep this time for you for <strong>${Math.ceil((booking.holdExpires.getTime() - now.getTime()) / 60_000)} min</strong>.</p>
<form method="post" action="${action('confirm')}">
${!loggedIn && html`<label>Name <input name="name" required maxlength="200" autocomplete="name"></label>
<label>E-mail <input name="email" type="email" required maxlength="254" autocomplete="email"></label>`}
<div class="row"><button>Book it</button></div></form>
<form method="post" action="${action('release')}"><button class="link">No, another time</button></form>`
  }
  const changeable = booking.start > now && ['pending', 'confirmed'].includes(booking.status)
  return html`${card}${changeable
    ? html`<div class="row"><a class="button quiet" href="/services/${booking.serviceId}?move=${booking.key}">Move it</a>
<form method="post" action="${action('cancel')}"><button class="quiet">Cancel it</button></form></div>
<p class="soft">Keep the address of this page: it is the key to your appointment.</p>`
    : again}`
}

export function bookingTitle(booking: BookingRow, now: Date): string {
  if (booking.holdExpires) return booking.holdExpires > now ? 'Is this right?' : 'The time ran out'
  const titles: Record<string, string> = { confirmed: 'You are booked', pending: 'We will confirm it', cancelled: 'It is cancelled', rejected: 'We could not accept it' }
  return titles[booking.status] ?? 'Your appointment'
}

export const loginContent = html`<form method="post" action="/login">
<label>E-mail <input name="email" type="email" required autocomplete="username"></label>
<label>Password <input name="password" type="password" required autocomplete="current-password"></label>
<div class="row"><button>Log in</button></div></form>`

export function accountContent(bookings: BookingRow[], figures: Figures[], timezone: string | null): Html {
  const states: Record<string, string> = { pending: 'not yet confirmed', confirmed: '', no_show: 'missed' }
  return html`${timezone && html`<h2>Your appointments</h2>
${bookings.map(booking => html`<a class="card" href="/bookings/${booking.key}"><span>${booking.service}<small>${whenOf(booking, timezone)}</small></span>
<span class="soft">${states[booking.status] ?? booking.status}</span></a>`)}
${bookings.length === 0 && html`<p>You have none here.</p>`}`}
${figures.map((row, i) => html`${row.month !== figures[i - 1]?.month && html`<h2>Your businesses in ${longMonth(row.month)}</h2>`}
<div class="card"><strong>${row.name}</strong><small>${[
    `${row.bookings} bookings`,
    row.utilisation !== null && `${Math.round(row.utilisation * 100)} % booked`,
    ...Object.entries(row.revenue).map(([currency, amount]) => money(amount, currency)),
    `${row.customers} customers`,
    `${row.noShows} no-shows`,
  ].filter(Boolean).join(' · ')}</small></div>`)}`
}
