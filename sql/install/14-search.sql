-- Searching under row security: only conditions that are LEAKPROOF may be checked before the policy, inside an index.
-- ILIKE, ->> and @> are not; these take their place. They need no privilege and read no table.

CREATE FUNCTION @extschema@.json_text(document jsonb, key text) RETURNS text
LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.json_text(jsonb, text) IS
    'The value of a top-level key as text, as document ->> key. NULL: no object, no such key, JSON null, a nested value whose text is longer than a text may be (1 GB). Never an error.';

CREATE FUNCTION @extschema@.search_pattern(needle text) RETURNS text
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.search_pattern(text) IS
    'The LIKE pattern of values that contain the needle as it is: in front of %, _ and \ stands a backslash, at both ends %. SQLSTATE XX000 above 512 MB.';

CREATE FUNCTION @extschema@.search_text_support(internal) RETURNS internal
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.search_text_support(internal) IS
    'What the planner asks about search_text: an index condition for indexes that know ~~* (pg_trgm), and how many rows to expect.';

CREATE FUNCTION @extschema@.search_text(value text, needle text) RETURNS boolean
LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE COST 3 SUPPORT @extschema@.search_text_support AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.search_text(text, text) IS
    'Whether the value contains the needle, in capitals or not: value ILIKE search_pattern(needle), by the collation of the database. %, _ and \ are letters like others.
Nothing above 64 MB is found. Never an error.';
