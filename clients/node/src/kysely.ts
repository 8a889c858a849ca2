// Written by `bookmeatoz types`: change the database, not this file.
import type { ColumnType } from 'kysely'

/** What may be written as json: pg sends a plain array as an array of PostgreSQL, so write that as text. */
export type JsonObject = { [key: string]: JsonValue }

/** What is read from json. */
export type JsonValue = string | number | boolean | null | JsonValue[] | { [key: string]: JsonValue }

/** What is read from an interval. */
export interface Interval {
  years?: number
  months?: number
  days?: number
  hours?: number
  minutes?: number
  seconds?: number
  milliseconds?: number
}

export type BookingStatusTypeV1 = 'pending' | 'confirmed' | 'cancelled' | 'completed' | 'rejected' | 'no_show'

export type BusinessStatusTypeV1 = 'active' | 'inactive' | 'suspended' | 'pending_setup'

export type CustomerStatusTypeV1 = 'active' | 'inactive' | 'blacklisted'

export type EmployeeStatusTypeV1 = 'active' | 'inactive' | 'terminated' | 'pending_onboarding'

export type ServiceStatusTypeV1 = 'active' | 'inactive' | 'archived'

export type SubscriptionStatusTypeV1 = 'active' | 'inactive' | 'past_due' | 'cancelled' | 'trialing' | 'paused'

export type TenantStatusTypeV1 = 'active' | 'inactive' | 'suspended'

export type UserBusinessRoleStatusTypeV1 = 'active' | 'pending' | 'revoked'

export type UserStatusTypeV1 = 'active' | 'inactive' | 'suspended' | 'pending_verification' | 'invited'

/** The rows of business_stats that the session context shows: those of its business, or of the businesses of its tenant. Its columns are described there. */
export interface AccessibleBusinessStats {
  business_id: ColumnType<string | null, never, never>
  month: ColumnType<Date | null, never, never>
  bookings: ColumnType<string | null, never, never>
  bookings_by_status: ColumnType<JsonValue | null, never, never>
  booked_minutes: ColumnType<string | null, never, never>
  working_minutes: ColumnType<string | null, never, never>
  revenue: ColumnType<JsonValue | null, never, never>
  customers: ColumnType<string | null, never, never>
  new_customers: ColumnType<string | null, never, never>
  cancellations: ColumnType<string | null, never, never>
  no_shows: ColumnType<string | null, never, never>
  median_lead_time: ColumnType<Interval | null, never, never>
}

/** Changes of rows: a row for each INSERT, UPDATE and DELETE of an audited table. Written by its trigger alone, and never changed, but that erase_customer() overwrites what tells of a person. It refers to nothing by keys, so it outlives what it tells of. Partitioned by month (UTC): bookmeatoz_maintain() makes and drops partitions, and a default partition takes what comes in a month that has none. */
export interface AuditLogs {
  /** Key, with created_at. */
  id: ColumnType<string, never, never>
  /** Whose row it was; the tenant sees the entry. */
  tenant_id: ColumnType<string | null, never, never>
  /** Whose row it was, if a business's; the business sees the entry. */
  business_id: ColumnType<string | null, never, never>
  /** The user of the session context; NULL if it named none. */
  actor_user_id: ColumnType<string | null, never, never>
  /** The database role of the session. */
  actor_role: ColumnType<string, never, never>
  /** insert, update or delete. A row that moves to another business or tenant leaves a delete there and an insert here. */
  action: ColumnType<string, never, never>
  /** The table; with its schema if that is not bookmeatoz's. */
  entity_type: ColumnType<string, never, never>
  /** The id of the row. */
  entity_id: ColumnType<string, never, never>
  /** The row before: of an update the changed columns, of a delete all that were not NULL. Without updated_at, generated columns and secrets. What erase_customer() has overwritten is null. */
  before: ColumnType<JsonValue | null, never, never>
  /** The row after, likewise. */
  after: ColumnType<JsonValue | null, never, never>
  /** When it happened, by the clock, not the start of the transaction. */
  created_at: ColumnType<Date, never, never>
}

/** Appointments and holds. All but cancelled, rejected and no_show rows occupy their employee's time (S11); no two of them collide (S18). */
export interface Bookings {
  /** Key. */
  id: ColumnType<string, string | undefined, string>
  /** The business; customer, service, employee and the earlier booking are its own. */
  business_id: string
  /** Who comes; may be NULL only on a hold. */
  customer_id: string | null
  /** What is booked. */
  service_id: string
  /** With whom; NULL while unassigned, where the business is the resource itself, or after the employee was deleted (S12, S14). */
  employee_id: string | null
  /** Start of the appointment, inclusive, without the buffer. */
  start_time: ColumnType<Date, Date | string, Date | string>
  /** End of the appointment, exclusive, without the buffer; at most 7 days after the start. start_time + the service's duration when it is not given, that is NULL or the default. */
  end_time: ColumnType<Date, Date | string | undefined, Date | string>
  /** State; cancelled, rejected and no_show free the time, all others occupy it, those that the application adds to the type too (S11). */
  status: ColumnType<BookingStatusTypeV1, BookingStatusTypeV1 | undefined, BookingStatusTypeV1>
  /** Notes of the customer or the business. */
  notes: string | null
  /** The application's data, a JSON object. */
  metadata: ColumnType<JsonValue, JsonObject | string | undefined, JsonObject | string>
  /** The account that made the booking; NULL when unknown or deleted. */
  booked_by_user_id: string | null
  /** Why it was cancelled. */
  cancellation_reason: string | null
  /** The earlier booking that this one replaces; NULL when there is none or it was deleted. */
  rescheduled_from_booking_id: string | null
  /** The reminder a day ahead was sent. */
  reminder_sent_24h: ColumnType<boolean, boolean | undefined, boolean>
  /** The reminder an hour ahead was sent. */
  reminder_sent_1h: ColumnType<boolean, boolean | undefined, boolean>
  /** Set on a hold: a pending row that occupies its time until this instant and not after (S19). */
  hold_expires_at: ColumnType<Date | null, Date | string | null, Date | string | null>
  /** Forced in beside others: the guard passes it, searches count it (S11). Setting it takes EXECUTE on may_overbook(). */
  overbooked: ColumnType<boolean, boolean | undefined, boolean>
  /** The caller's key of the request, unique in the business, 1 to 255 characters; a retried call finds the row by it (S20). */
  idempotency_key: string | null
  /** Hash of the arguments of that request, so that the key with other arguments is an error (S20). */
  idempotency_hash: Buffer | null
  /** What the booking costs, in units of currency, not negative; NULL when unknown (S20). */
  price: ColumnType<string | null, number | string | null, number | string | null>
  /** ISO 4217 code of the price, three capital letters (S20). */
  currency: string | null
  /** The same for all bookings of a series, such as 24 Mondays; NULL for a single one. */
  series_id: string | null
  /** The same for all services of one visit; NULL for a single one. */
  visit_id: string | null
  /** When the row was written. */
  created_at: ColumnType<Date, Date | string | undefined, Date | string>
  /** When the row was last changed; set by trigger. */
  updated_at: ColumnType<Date, Date | string | undefined, Date | string>
  /** Minutes kept free before, 0 to 1,440; frozen from the service when the row is written, unless given, that is neither NULL nor the default (S6). */
  buffer_before_minutes: ColumnType<number, number | undefined, number>
  /** Minutes kept free after, 0 to 1,440; frozen from the service when the row is written, unless given, that is neither NULL nor the default (S6). */
  buffer_after_minutes: ColumnType<number, number | undefined, number>
  /** The time that the booking occupies: with its buffers, [start - before, end + after). */
  busy: ColumnType<string, never, never>
  /** Whose time it is: the employee, else the business if it has no employees, else NULL. Written by the database alone (S18). */
  resource_id: string | null
  /** Hash of resource, service, start and end: bookings that share it share one session (S15). Written by the database alone (S18). */
  session_key: ColumnType<string, string | undefined, string>
  /** Seat in the session, 1 to the service's capacity. Written by the database alone (S18). */
  seat: ColumnType<number, number | undefined, number>
}

/** All bookings, archived or not, with the rights and the row security of the one who reads it. Its columns are described in bookings. A column that you add there is none of the view's. */
export interface BookingsAll {
  id: ColumnType<string | null, never, never>
  business_id: ColumnType<string | null, never, never>
  customer_id: ColumnType<string | null, never, never>
  service_id: ColumnType<string | null, never, never>
  employee_id: ColumnType<string | null, never, never>
  start_time: ColumnType<Date | null, never, never>
  end_time: ColumnType<Date | null, never, never>
  status: ColumnType<BookingStatusTypeV1 | null, never, never>
  notes: ColumnType<string | null, never, never>
  metadata: ColumnType<JsonValue | null, never, never>
  booked_by_user_id: ColumnType<string | null, never, never>
  cancellation_reason: ColumnType<string | null, never, never>
  rescheduled_from_booking_id: ColumnType<string | null, never, never>
  reminder_sent_24h: ColumnType<boolean | null, never, never>
  reminder_sent_1h: ColumnType<boolean | null, never, never>
  hold_expires_at: ColumnType<Date | null, never, never>
  overbooked: ColumnType<boolean | null, never, never>
  idempotency_key: ColumnType<string | null, never, never>
  idempotency_hash: ColumnType<Buffer | null, never, never>
  price: ColumnType<string | null, never, never>
  currency: ColumnType<string | null, never, never>
  series_id: ColumnType<string | null, never, never>
  visit_id: ColumnType<string | null, never, never>
  created_at: ColumnType<Date | null, never, never>
  updated_at: ColumnType<Date | null, never, never>
  buffer_before_minutes: ColumnType<number | null, never, never>
  buffer_after_minutes: ColumnType<number | null, never, never>
  busy: ColumnType<string | null, never, never>
  resource_id: ColumnType<string | null, never, never>
  session_key: ColumnType<string | null, never, never>
  seat: ColumnType<number | null, never, never>
}

/** Bookings that are over, moved here by archive_bookings(), which alone writes it. They occupy nothing, and no search reads them. Partitioned by month (UTC): bookmeatoz_maintain() makes and drops partitions, and a default partition takes what comes in a month that has none. */
export interface BookingsArchive {
  /** The id of the booking. */
  id: ColumnType<string, never, never>
  /** The business; its deletion takes the row along. */
  business_id: ColumnType<string, never, never>
  /** Who came. The customer may be deleted since. */
  customer_id: ColumnType<string | null, never, never>
  /** What was booked. The service may be deleted since. */
  service_id: ColumnType<string, never, never>
  /** With whom. The employee may be deleted since. */
  employee_id: ColumnType<string | null, never, never>
  /** As in bookings; the month (UTC) of it is the partition. */
  start_time: ColumnType<Date, never, never>
  /** As in bookings. */
  end_time: ColumnType<Date, never, never>
  /** As it was last; a booking that nobody completed stays confirmed. */
  status: ColumnType<BookingStatusTypeV1, never, never>
  /** As in bookings. */
  notes: ColumnType<string | null, never, never>
  /** As in bookings. */
  metadata: ColumnType<JsonValue, never, never>
  /** The account that made the booking. It may be deleted since. */
  booked_by_user_id: ColumnType<string | null, never, never>
  /** As in bookings. */
  cancellation_reason: ColumnType<string | null, never, never>
  /** The earlier booking, in bookings, here, or deleted since. */
  rescheduled_from_booking_id: ColumnType<string | null, never, never>
  /** As in bookings. */
  reminder_sent_24h: ColumnType<boolean, never, never>
  /** As in bookings. */
  reminder_sent_1h: ColumnType<boolean, never, never>
  /** NULL: holds are not archived. */
  hold_expires_at: ColumnType<Date | null, never, never>
  /** As in bookings. */
  overbooked: ColumnType<boolean, never, never>
  /** As in bookings, but it is no longer looked at: a call with this key books anew. */
  idempotency_key: ColumnType<string | null, never, never>
  /** As in bookings. */
  idempotency_hash: ColumnType<Buffer | null, never, never>
  /** As in bookings. */
  price: ColumnType<string | null, never, never>
  /** As in bookings. */
  currency: ColumnType<string | null, never, never>
  /** As in bookings. */
  series_id: ColumnType<string | null, never, never>
  /** As in bookings. */
  visit_id: ColumnType<string | null, never, never>
  /** As in bookings. */
  created_at: ColumnType<Date, never, never>
  /** When the booking was last changed. To be archived is no change. */
  updated_at: ColumnType<Date, never, never>
  /** As in bookings. */
  buffer_before_minutes: ColumnType<number, never, never>
  /** As in bookings. */
  buffer_after_minutes: ColumnType<number, never, never>
  /** As in bookings. */
  busy: ColumnType<string, never, never>
  /** As in bookings. */
  resource_id: ColumnType<string | null, never, never>
  /** As in bookings. */
  session_key: ColumnType<string, never, never>
  /** As in bookings. */
  seat: ColumnType<number, never, never>
}

/** Exceptions to the hours of a whole business: holidays and closures, which hold for everybody who works there, and special openings (S5). */
export interface BusinessAvailabilityOverrides {
  /** Key. */
  id: ColumnType<string, string | undefined, string>
  /** The business that closes or opens. */
  business_id: string
  /** Start, inclusive; finite. */
  start_time: ColumnType<Date, Date | string, Date | string>
  /** End, exclusive; after start_time, finite. */
  end_time: ColumnType<Date, Date | string, Date | string>
  /** true: closed, nobody works, whatever else is given; false: open in addition to the weekly hours, for those who follow the business's hours on the date on which it starts (S5). */
  is_unavailable: ColumnType<boolean, boolean | undefined, boolean>
  /** Why, for people. */
  reason: string | null
  /** When the row was written. */
  created_at: ColumnType<Date, Date | string | undefined, Date | string>
  /** When the row was last changed; set by trigger. */
  updated_at: ColumnType<Date, Date | string | undefined, Date | string>
}

/** Businesses, each of one tenant. Deleting one deletes everything below it, bookings included. */
export interface Businesses {
  /** Key; the value of app.current_business_id. */
  id: ColumnType<string, string | undefined, string>
  /** The tenant that the business belongs to; sessions other than a system administrator's cannot move it. */
  tenant_id: string
  /** Name shown to people; not blank, at most 200 characters. */
  name: string
  /** Part of the booking page's address, unique on the platform; stored in lower case whatever is given. */
  slug: string
  /** State; only an active business offers slots (S12). Only a system administrator sets and lifts suspended. */
  status: ColumnType<BusinessStatusTypeV1, BusinessStatusTypeV1 | undefined, BusinessStatusTypeV1>
  /** Time zone of its working hours, dates and daily limits: a name in pg_timezone_names, in no other spelling. */
  timezone: ColumnType<string, string | undefined, string>
  /** DNS label of the business's own site, unique where there is one; stored in lower case whatever is given. */
  subdomain: string | null
  /** ISO 4217 code, three capital letters; the default of its services. */
  currency: ColumnType<string, string | undefined, string>
  /** A JSON object. The keys that the engine reads are checked when they are written (S17); other keys are the application's. */
  settings: ColumnType<JsonValue, JsonObject | string | undefined, JsonObject | string>
  /** When the row was written. */
  created_at: ColumnType<Date, Date | string | undefined, Date | string>
  /** When the row was last changed; set by trigger. */
  updated_at: ColumnType<Date, Date | string | undefined, Date | string>
}

/** Customer records of a business. A customer with bookings cannot be deleted. */
export interface Customers {
  /** Key. */
  id: ColumnType<string, string | undefined, string>
  /** The business whose customer it is. */
  business_id: string
  /** The account with which the customer logs in, if any; it then sees this record and its bookings. */
  user_id: string | null
  /** Address, unique in the business where there is one; stored in lower case whatever is given. */
  email: string | null
  /** Name; not blank, at most 200 characters. */
  name: string
  /** Telephone number as the application writes it; at most 50 characters. */
  phone: string | null
  /** Notes of the business about the customer. The customer's own session must not read them (SQLSTATE 42501). */
  profile_notes: string | null
  /** State of the record. */
  status: ColumnType<CustomerStatusTypeV1, CustomerStatusTypeV1 | undefined, CustomerStatusTypeV1>
  /** When the row was written. */
  created_at: ColumnType<Date, Date | string | undefined, Date | string>
  /** When the row was last changed; set by trigger. */
  updated_at: ColumnType<Date, Date | string | undefined, Date | string>
}

/** Exceptions to an employee's weekly hours: leave, or extra time (S5). */
export interface EmployeeAvailabilityOverrides {
  /** Key. */
  id: ColumnType<string, string | undefined, string>
  /** Whose time it is. */
  employee_id: string
  /** The employee's business; filled in when it is not given. */
  business_id: ColumnType<string, string | undefined, string>
  /** Start, inclusive; finite. */
  start_time: ColumnType<Date, Date | string, Date | string>
  /** End, exclusive; after start_time, finite. */
  end_time: ColumnType<Date, Date | string, Date | string>
  /** true: no work in this time; false: work in addition to the weekly hours. Where both are given, unavailable wins (S5). */
  is_unavailable: ColumnType<boolean, boolean | undefined, boolean>
  /** Why, for people. */
  reason: string | null
  /** When the row was written. */
  created_at: ColumnType<Date, Date | string | undefined, Date | string>
  /** When the row was last changed; set by trigger. */
  updated_at: ColumnType<Date, Date | string | undefined, Date | string>
}

/** Which employee performs which service; a service without a row has no slots in a business with employees (S12). */
export interface EmployeeServices {
  /** Key. */
  id: ColumnType<string, string | undefined, string>
  /** The employee who performs the service. */
  employee_id: string
  /** The service, of the same business. */
  service_id: string
  /** The business of both; the employee's when it is not given. */
  business_id: ColumnType<string, string | undefined, string>
  /** What this employee takes for the service, in the service's currency, not negative; NULL: the service's price. */
  price: ColumnType<string | null, number | string | null, number | string | null>
  /** When the row was written. */
  created_at: ColumnType<Date, Date | string | undefined, Date | string>
  /** When the row was last changed; set by trigger. */
  updated_at: ColumnType<Date, Date | string | undefined, Date | string>
}

/** Employment of a user in a business. Schedules, services and bookings refer to it. Deleting one leaves its bookings without an employee. */
export interface Employees {
  /** Key. */
  id: ColumnType<string, string | undefined, string>
  /** The user who is employed, at most once in each business. */
  user_id: string
  /** The employing business. */
  business_id: string
  /** State; only active employees are offered (S12). pending_onboarding: the user has not accepted yet, and this row does not let the business see the user. */
  employment_status: ColumnType<EmployeeStatusTypeV1, EmployeeStatusTypeV1 | undefined, EmployeeStatusTypeV1>
  /** The application's settings of the employee, a JSON object; the engine reads none of them. */
  settings: ColumnType<JsonValue, JsonObject | string | undefined, JsonObject | string>
  /** When the row was written. */
  created_at: ColumnType<Date, Date | string | undefined, Date | string>
  /** When the row was last changed; set by trigger. */
  updated_at: ColumnType<Date, Date | string | undefined, Date | string>
}

/** Messages to a user, from a business or from the platform itself. */
export interface Notifications {
  /** Key. */
  id: ColumnType<string, string | undefined, string>
  /** The business that it is about; NULL for the platform's own. */
  business_id: string | null
  /** The addressed user, who alone sees it and marks it read. */
  user_id: string
  /** The application's kind of message, such as booking_confirmed. */
  type: string
  /** How it is sent: in_app, email, sms, push or whatsapp. */
  channel: ColumnType<string, string | undefined, string>
  /** Heading. */
  title: string
  /** Text. */
  body: string | null
  /** What the application needs to show or send it, a JSON object. */
  data: ColumnType<JsonValue, JsonObject | string | undefined, JsonObject | string>
  /** pending until sent, then sent, failed or cancelled. */
  status: ColumnType<string, string | undefined, string>
  /** Not to be sent before this instant. */
  scheduled_for: ColumnType<Date, Date | string | undefined, Date | string>
  /** When it was sent. */
  sent_at: ColumnType<Date | null, Date | string | null, Date | string | null>
  /** When the user read it; the one column that the user may change. */
  read_at: ColumnType<Date | null, Date | string | null, Date | string | null>
  /** When the row was written. */
  created_at: ColumnType<Date, Date | string | undefined, Date | string>
  /** When the row was last changed; set by trigger. */
  updated_at: ColumnType<Date, Date | string | undefined, Date | string>
  /** How often claim_due_notifications() has given it to a worker. */
  attempts: ColumnType<number, number | undefined, number>
}

/** Headings under which a business lists its services; optional. Deleting one leaves its services without a category. */
export interface ServiceCategories {
  /** Key. */
  id: ColumnType<string, string | undefined, string>
  /** The business that the category belongs to. */
  business_id: string
  /** Name shown to people; not blank, at most 200 characters, unique in the business. */
  name: string
  /** When the row was written. */
  created_at: ColumnType<Date, Date | string | undefined, Date | string>
  /** When the row was last changed; set by trigger. */
  updated_at: ColumnType<Date, Date | string | undefined, Date | string>
}

/** What a business offers. A service that has bookings cannot be deleted; archive it instead. */
export interface Services {
  /** Key. */
  id: ColumnType<string, string | undefined, string>
  /** The business that offers it. */
  business_id: string
  /** Name shown to people; not blank, at most 200 characters, unique in the business. */
  name: string
  /** Text for customers. */
  description: string | null
  /** Length of an appointment in minutes, 1 to 10,080 (7 days). */
  duration: number
  /** Price in units of currency, not negative. */
  price: ColumnType<string, number | string | undefined, number | string>
  /** ISO 4217 code, three capital letters; the business's currency when it is not given. */
  currency: ColumnType<string, string | undefined, string>
  /** State; only an active service can be booked (S12). */
  status: ColumnType<ServiceStatusTypeV1, ServiceStatusTypeV1 | undefined, ServiceStatusTypeV1>
  /** Category of the same business; optional. */
  category_id: string | null
  /** Not to be shown publicly; the application decides to whom, searches do not hide it. */
  is_private: ColumnType<boolean, boolean | undefined, boolean>
  /** Minutes kept free before each booking, 0 to 1,440; frozen into the booking (S6). */
  buffer_before_minutes: ColumnType<number, number | undefined, number>
  /** Minutes kept free after each booking, 0 to 1,440; frozen into the booking (S6). */
  buffer_after_minutes: ColumnType<number, number | undefined, number>
  /** A JSON object; the keys that the engine reads are checked when written (S17), others are the application's. */
  settings: ColumnType<JsonValue, JsonObject | string | undefined, JsonObject | string>
  /** When the row was written. */
  created_at: ColumnType<Date, Date | string | undefined, Date | string>
  /** When the row was last changed; set by trigger. */
  updated_at: ColumnType<Date, Date | string | undefined, Date | string>
}

/** The plans that a tenant can subscribe to. A plan in use cannot be deleted; make it inactive. */
export interface SubscriptionPlans {
  /** Key, a readable name such as pro-monthly. */
  id: string
  /** Name shown to people; not blank, at most 200 characters. */
  name: string
  /** Price of one billing interval in units of currency, not negative. */
  price: ColumnType<string, number | string | undefined, number | string>
  /** ISO 4217 code, three capital letters. */
  currency: ColumnType<string, string | undefined, string>
  /** How often it is paid, in the words of the application's payment provider, such as month or year. */
  billing_interval: ColumnType<string, string | undefined, string>
  /** What the plan includes: a JSON object of the application's. */
  features: ColumnType<JsonValue, JsonObject | string | undefined, JsonObject | string>
  /** Most businesses of the tenant; NULL = no limit. The application enforces it. */
  max_businesses: number | null
  /** Most employees of the tenant; NULL = no limit. The application enforces it. */
  max_employees: number | null
  /** Most services of the tenant; NULL = no limit. The application enforces it. */
  max_services: number | null
  /** Most bookings of the tenant a month; NULL = no limit. The application enforces it. */
  max_bookings_per_month: number | null
  /** On offer: everybody sees it, logged in or not. */
  is_active: ColumnType<boolean, boolean | undefined, boolean>
  /** When the row was written. */
  created_at: ColumnType<Date, Date | string | undefined, Date | string>
  /** When the row was last changed; set by trigger. */
  updated_at: ColumnType<Date, Date | string | undefined, Date | string>
}

/** Users who administer a tenant; one row for each user and tenant. */
export interface TenantAdmins {
  /** Key. */
  id: ColumnType<string, string | undefined, string>
  /** The tenant that is administered. */
  tenant_id: string
  /** The user who may do so. */
  user_id: string
  /** The application's name of the role; not blank. */
  role: ColumnType<string, string | undefined, string>
  /** When the row was written. */
  created_at: ColumnType<Date, Date | string | undefined, Date | string>
  /** When the row was last changed; set by trigger. */
  updated_at: ColumnType<Date, Date | string | undefined, Date | string>
}

/** The subscriptions of tenants; each tenant has at most one. */
export interface TenantSubscriptions {
  /** Key. */
  id: ColumnType<string, string | undefined, string>
  /** The tenant that subscribes. */
  tenant_id: string
  /** The plan; it cannot be deleted while it is in use. */
  plan_id: string
  /** State of the subscription. */
  status: ColumnType<SubscriptionStatusTypeV1, SubscriptionStatusTypeV1 | undefined, SubscriptionStatusTypeV1>
  /** End of the trial, if there is one. */
  trial_ends_at: ColumnType<Date | null, Date | string | null, Date | string | null>
  /** Start of the paid period, inclusive. */
  current_period_start: ColumnType<Date | null, Date | string | null, Date | string | null>
  /** End of the paid period, exclusive; after its start. */
  current_period_end: ColumnType<Date | null, Date | string | null, Date | string | null>
  /** It ends with the current period. */
  cancel_at_period_end: ColumnType<boolean, boolean | undefined, boolean>
  /** When it was cancelled. */
  cancelled_at: ColumnType<Date | null, Date | string | null, Date | string | null>
  /** When the row was written. */
  created_at: ColumnType<Date, Date | string | undefined, Date | string>
  /** When the row was last changed; set by trigger. */
  updated_at: ColumnType<Date, Date | string | undefined, Date | string>
}

/** Tenant accounts: groups of businesses under one contract. Deleting one deletes all its businesses with everything below them. */
export interface Tenants {
  /** Key; the value of app.current_tenant_id. */
  id: ColumnType<string, string | undefined, string>
  /** Name shown to people; not blank, at most 200 characters. */
  name: string
  /** DNS label of the tenant's site, unique; stored in lower case whatever is given. Only a system administrator changes it. */
  subdomain: string
  /** State of the account. Only a system administrator changes it. */
  status: ColumnType<TenantStatusTypeV1, TenantStatusTypeV1 | undefined, TenantStatusTypeV1>
  /** The application's settings of the tenant, a JSON object; the engine reads none of them. */
  settings: ColumnType<JsonValue, JsonObject | string | undefined, JsonObject | string>
  /** When the row was written. */
  created_at: ColumnType<Date, Date | string | undefined, Date | string>
  /** When the row was last changed; set by trigger. */
  updated_at: ColumnType<Date, Date | string | undefined, Date | string>
}

/** Roles of a user in a business; an active one lets the user see the business itself. */
export interface UserBusinessRoles {
  /** Key. */
  id: ColumnType<string, string | undefined, string>
  /** The user who holds the role. */
  user_id: string
  /** The business in which it holds. */
  business_id: string
  /** The application's name of the role; not blank. */
  role: string
  /** State; only an active role counts. pending: the user has not accepted yet, and this row does not let the business see the user. */
  status: ColumnType<UserBusinessRoleStatusTypeV1, UserBusinessRoleStatusTypeV1 | undefined, UserBusinessRoleStatusTypeV1>
  /** When the row was written. */
  created_at: ColumnType<Date, Date | string | undefined, Date | string>
  /** When the row was last changed; set by trigger. */
  updated_at: ColumnType<Date, Date | string | undefined, Date | string>
}

/** All accounts of the platform. Deleting one deletes its employments, roles, tokens and notifications; customer records and bookings stay. */
export interface Users {
  /** Key; the value of app.current_user_id. */
  id: ColumnType<string, string | undefined, string>
  /** Address for logging in, unique; stored in lower case whatever is given. */
  email: string
  /** State of the account. Only a system administrator or an auth role changes it. */
  status: ColumnType<UserStatusTypeV1, UserStatusTypeV1 | undefined, UserStatusTypeV1>
  /** Name, telephone, language and the like, a JSON object of the application's. */
  profile: ColumnType<JsonValue, JsonObject | string | undefined, JsonObject | string>
  /** Whether the address was proven to be the user's; false again when the address changes. Only a system administrator or an auth role sets it. */
  email_verified: ColumnType<boolean, boolean | undefined, boolean>
  /** When the user last logged in. */
  last_login_at: ColumnType<Date | null, Date | string | null, Date | string | null>
  /** Role on the platform itself, NULL for ordinary users. Only a system administrator changes it; it gives no right in the database. */
  system_role: string | null
  /** When the row was written. */
  created_at: ColumnType<Date, Date | string | undefined, Date | string>
  /** When the row was last changed; set by trigger. */
  updated_at: ColumnType<Date, Date | string | undefined, Date | string>
}

/** Weekly shifts of an employee, or of the business as the default of those who have none of their own (S1). Any number a day. */
export interface WorkingHours {
  /** Key. */
  id: ColumnType<string, string | undefined, string>
  /** Whose shift it is; NULL for the business's default. */
  employee_id: string | null
  /** The business; the employee's when it is not given. Never NULL in a stored row. */
  business_id: ColumnType<string | null, string | null | undefined, string | null>
  /** Day on which the shift starts, 0 = Sunday to 6 = Saturday. */
  day_of_week: number
  /** Start in the business's local time; may be NULL only where is_off. */
  start_time: string | null
  /** End in the business's local time, after start_time, at most 24:00 (S3); may be NULL only where is_off. */
  end_time: string | null
  /** The row gives no working time, whatever its times (S2). */
  is_off: ColumnType<boolean, boolean | undefined, boolean>
  /** First local date on which the row holds, of a season say (S1); NULL: since ever. */
  valid_from: ColumnType<Date | null, string | null, string | null>
  /** Last local date on which the row holds, included (S1); NULL: for ever. */
  valid_to: ColumnType<Date | null, string | null, string | null>
  /** When the row was written. */
  created_at: ColumnType<Date, Date | string | undefined, Date | string>
  /** When the row was last changed; set by trigger. */
  updated_at: ColumnType<Date, Date | string | undefined, Date | string>
}

/** The tables and views that the role may read, for `new Kysely<Database>()`. */
export interface Database {
  accessible_business_stats: AccessibleBusinessStats
  audit_logs: AuditLogs
  bookings: Bookings
  bookings_all: BookingsAll
  bookings_archive: BookingsArchive
  business_availability_overrides: BusinessAvailabilityOverrides
  businesses: Businesses
  customers: Customers
  employee_availability_overrides: EmployeeAvailabilityOverrides
  employee_services: EmployeeServices
  employees: Employees
  notifications: Notifications
  service_categories: ServiceCategories
  services: Services
  subscription_plans: SubscriptionPlans
  tenant_admins: TenantAdmins
  tenant_subscriptions: TenantSubscriptions
  tenants: Tenants
  user_business_roles: UserBusinessRoles
  users: Users
  working_hours: WorkingHours
}
