-- search_text() against ILIKE, in the database that psql is connected to: 0 differences in every collation.
SET client_min_messages = warning;
CREATE EXTENSION bookmeatoz CASCADE;
RESET client_min_messages;

-- Every text of up to two of these, and three of the first six, in every text of up to two: the two Turkish i, the sigmas,
-- letters whose lower case is longer, shorter or ASCII, a combining accent, wildcards, a backslash.
CREATE TEMP TABLE letters AS
    SELECT letter, number FROM unnest(ARRAY['a', 'I', U&'\03A3', '%', '_', '\', U&'\0130', 'i', U&'\0131', U&'\03C3', U&'\03C2',
        U&'\017F', U&'\1E9E', U&'\212A', 'k', U&'\023A', U&'\00E9', U&'\0307']) WITH ORDINALITY l (letter, number);
CREATE TEMP TABLE needles AS
    SELECT '' AS needle UNION ALL SELECT letter FROM letters
    UNION ALL SELECT a.letter || b.letter FROM letters a, letters b;
CREATE TEMP TABLE values AS
    SELECT needle AS value FROM needles
    UNION ALL SELECT a.letter || b.letter || c.letter FROM letters a, letters b, letters c WHERE greatest(a.number, b.number, c.number) <= 6;
SELECT count(*) AS different, min(value) AS value, min(needle) AS needle
FROM values, needles WHERE search_text(value, needle) IS DISTINCT FROM (value ILIKE search_pattern(needle));

-- Every character of the alphabets that know capitals, as it is, in capitals and in small letters, in itself.
CREATE TEMP TABLE characters AS
    SELECT chr(code) AS character
    FROM (VALUES (x'1', x'2fff'), (x'a600', x'abff'), (x'fb00', x'ffff'), (x'10400', x'10fff'), (x'11800', x'118ff'), (x'16e00', x'16eff'), (x'1e900', x'1e9ff')) block (first, last),
         generate_series(first::integer, last::integer) code;
SELECT count(*) AS different, min(character) AS character
FROM characters
WHERE search_text('x' || character || 'y', character) IS DISTINCT FROM (('x' || character || 'y') ILIKE search_pattern(character))
   OR search_text(upper(character), character) IS DISTINCT FROM (upper(character) ILIKE search_pattern(character))
   OR search_text(character, lower(character)) IS DISTINCT FROM (character ILIKE search_pattern(lower(character)));
