-- What is stored about a customer: shown and erased, for requests of people about their data.

CREATE FUNCTION @extschema@.export_customer(customer_id uuid) RETURNS jsonb
LANGUAGE C STABLE COST 10000 AS 'MODULE_PATHNAME', 'export_customer';
COMMENT ON FUNCTION @extschema@.export_customer(uuid) IS
    'All that the business stores about a customer, as one JSON object: customer, the row; bookings, all of theirs with holds and the archived ones, the earliest first; audit_logs, the entries of the customer and of every booking that is or was theirs, also of deleted ones, the earliest first. Rows are as to_jsonb() writes them, with columns of your own, without idempotency_hash.
It runs with the rights and the row security of the caller, and shows no more than SELECT would. It is for sessions of the business or its tenant: a session that speaks for a user alone must not read profile_notes. Not in it: the user''s account, and notifications, which only the addressed user sees.
Errors:
- BM003: the customer does not exist or is not visible
- 22004: customer_id is NULL
- 42501: privileges; a session that speaks for a user alone';

CREATE FUNCTION @extschema@.erase_customer(customer_id uuid) RETURNS void
LANGUAGE C VOLATILE COST 10000 AS 'MODULE_PATHNAME', 'erase_customer';
COMMENT ON FUNCTION @extschema@.erase_customer(uuid) IS
    'Overwrites what is stored about a person as a customer of one business. The rows stay for the books: figures of reports do not change. Erasing twice changes nothing more.
It runs with the rights and the row security of the caller, who must be able to change the customer and the bookings. As the owner of the data it does what it does in bookings_archive and the last two, in that business alone:
- customer: name becomes erased, status inactive; email, phone, profile_notes and user_id become NULL. So the address is free for a new record, and the user no longer sees this one
- bookings, bookings_archive: notes, cancellation_reason, idempotency_key and its hash become NULL, metadata {}; booked_by_user_id too where it was the customer''s own user. Service, employee, times, status and price stay
- audit_logs: in the entries of the customer and of every booking that is or was theirs, values become null that do not tell of the appointment alone, those of columns of your own too. That something was changed, by whom and when, stays. So do entries from before the business moved to its tenant
- notifications of the business are deleted that are addressed to the customer''s user, unless a member of its staff, or whose data names the id of the customer or of a booking
Not erased: columns of your own, the user''s account, what others wrote about the person elsewhere, backups. docs/privacy.md says more.
Until the transaction ends, who books for the customer waits.
Errors:
- BM003: the customer does not exist, is not visible or must not be changed
- BM004, DETAIL open_booking: a booking of theirs ends in the future, and is neither completed, cancelled, rejected nor no_show; or they have a hold
- 22004: customer_id is NULL
- 42501: privileges
- 40001: only under REPEATABLE READ and SERIALIZABLE';
REVOKE EXECUTE ON FUNCTION @extschema@.erase_customer(uuid) FROM PUBLIC;
