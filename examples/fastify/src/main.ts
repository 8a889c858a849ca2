import { createBooking } from 'bookmeatoz'
import { createApp } from './app.js'

const { DATABASE_URL, AUTH_DATABASE_URL, SECRET, PORT = '3000', HOST = 'localhost' } = process.env
if (!DATABASE_URL || !AUTH_DATABASE_URL || !SECRET) throw new Error('DATABASE_URL, AUTH_DATABASE_URL and SECRET must be set')

const db = createBooking({ pool: { connectionString: DATABASE_URL }, auth: { connectionString: AUTH_DATABASE_URL } })
const app = createApp(db, SECRET)
app.addHook('onClose', () => db.close())
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void app.close())
await app.listen({ port: Number(PORT), host: HOST })
