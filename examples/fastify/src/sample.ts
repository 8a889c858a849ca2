// What demo/sample.sql leaves out: a subdomain for each business, and the password "demo" for everybody.
import { createBooking } from 'bookmeatoz'
import { hashPassword } from './secrets.js'

const db = createBooking({ pool: { connectionString: process.env.DATABASE_URL }, auth: { connectionString: process.env.AUTH_DATABASE_URL } })
for (const subdomain of ['linden', 'everest']) {
  const tenantId = await db.resolve.tenant(subdomain)
  await db.run({ tenantId }, () => db.query('UPDATE businesses SET subdomain = slug'))
}
const hash = await hashPassword('demo')
await db.auth.run(auth => auth.query('UPDATE users SET password_hash = $1', [hash]))
await db.close()
