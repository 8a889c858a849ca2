-- Searching under row security. Only a LEAKPROOF condition may be checked before the policy, inside an index. ILIKE, ->> and @> are
-- not LEAKPROOF; these functions take their place. They need no privilege and read no table.

CREATE FUNCTION @extschema@.json_text(document jsonb, key text) RETURNS text
LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.json_text(jsonb, text) IS
    'The value of a top-level key as text, as document ->> key. NULL if the document is no object or lacks the key, if the value is JSON null, or if its text would be longer than a text may be (1 GB). Never an error.';

CREATE FUNCTION @extschema@.search_pattern(needle text) RETURNS text
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.search_pattern(text) IS
    'The LIKE pattern for values that contain the needle as it is. It has a backslash before each %, _ and \ of the needle, and a % at both ends. SQLSTATE XX000 above 512 MB.';

CREATE FUNCTION @extschema@.search_text_support(internal) RETURNS internal
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.search_text_support(internal) IS
    'Planner support of search_text(): an index condition for indexes that know ~~* (pg_trgm), and the number of rows to expect. Not for calling.';

CREATE FUNCTION @extschema@.search_text(value text, needle text) RETURNS boolean
LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE COST 3 SUPPORT @extschema@.search_text_support AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.search_text(text, text) IS
    'Whether the value contains the needle in any case: value ILIKE search_pattern(needle), by the collation of the database. %, _ and \ are ordinary characters.
A value or a needle above 64 MB is never found. Never an error.';
