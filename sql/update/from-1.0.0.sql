-- From 1.0.0: functions that go, or whose arguments or result change and which are therefore made anew. What depends on one of them stops
-- the update, with an error that names it.

DROP FUNCTION @extschema@.claim_due_notifications(integer);
