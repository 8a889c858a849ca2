import { randomBytes } from 'node:crypto'
import { escapeIdentifier, type ClientBase } from 'pg'
import { extensionSchema } from '../cli/catalog.js'

/** A tenant with one business, which can be booked at any time. */
export interface SampleTenant {
  tenantId: string
  businessId: string
  serviceId: string
  /** The account of the employee. */
  userId: string
  employeeId: string
  customerId: string
}

/** Two tenants that must see nothing of each other. */
export interface Sample {
  a: SampleTenant
  b: SampleTenant
}

/**
 * Writes two tenants, each with a business in UTC, a service of 30 minutes, an employee who performs it day and night, and a customer.
 * It can be repeated, and then writes others.
 *
 * @param owner - A connection of the owner of the data or of a superuser, whom row security does not bind
 */
export async function sample(owner: ClientBase): Promise<Sample> {
  const schema = escapeIdentifier(await extensionSchema(owner))
  return { a: await tenant(owner, schema), b: await tenant(owner, schema) }
}

async function tenant(owner: ClientBase, schema: string): Promise<SampleTenant> {
  const name = `sample-${randomBytes(6).toString('hex')}`
  const { rows } = await owner.query<SampleTenant>(`
    WITH t AS (INSERT INTO ${schema}.tenants (name, subdomain) VALUES ($1, $1) RETURNING id),
    b AS (INSERT INTO ${schema}.businesses (tenant_id, name, slug, timezone) SELECT id, $1, $1, 'UTC' FROM t RETURNING id),
    s AS (INSERT INTO ${schema}.services (business_id, name, duration) SELECT id, 'Sample', 30 FROM b RETURNING id),
    u AS (INSERT INTO ${schema}.users (email) VALUES ($1 || '@sample.example') RETURNING id),
    e AS (INSERT INTO ${schema}.employees (business_id, user_id) SELECT b.id, u.id FROM b, u RETURNING id),
    es AS (INSERT INTO ${schema}.employee_services (business_id, employee_id, service_id) SELECT b.id, e.id, s.id FROM b, e, s),
    h AS (INSERT INTO ${schema}.working_hours (business_id, day_of_week, start_time, end_time) SELECT b.id, day, '00:00', '24:00' FROM b, generate_series(0, 6) day),
    c AS (INSERT INTO ${schema}.customers (business_id, name) SELECT id, 'Sample' FROM b RETURNING id)
    SELECT t.id AS "tenantId", b.id AS "businessId", s.id AS "serviceId", u.id AS "userId", e.id AS "employeeId", c.id AS "customerId" FROM t, b, s, u, e, c`,
    [name])
  return rows[0]!
}
