import type { ClientBase } from 'pg'

/** A column that the current role may read. */
export interface Column {
  name: string
  /** The name of its type, of the elements' type for an array, of the base type for a domain. */
  type: string
  isArray: boolean
  /** The labels of an enum in their order, or null. */
  labels: string[] | null
  isNullable: boolean
  /** Whether an INSERT may leave it out, although it is not nullable. */
  hasDefault: boolean
  isWritable: boolean
  comment: string | null
}

/** A table or view of which the current role may read a column. */
export interface Relation {
  name: string
  comment: string | null
  columns: Column[]
}

/** The schema of the extension. */
export async function extensionSchema(client: ClientBase): Promise<string> {
  const { rows } = await client.query<{ nspname: string }>(
    `SELECT n.nspname FROM pg_extension x JOIN pg_namespace n ON n.oid = x.extnamespace WHERE x.extname = 'bookmeatoz'`)
  if (!rows[0]) throw new Error('the database has no extension bookmeatoz')
  return rows[0].nspname
}

/** The tables and views of a schema, as the current role may read them. Partitions are read through their table. */
export async function readRelations(client: ClientBase, schema: string): Promise<Relation[]> {
  const { rows } = await client.query<Relation>(relationsQuery, [schema])
  return rows
}

// A trigger that fires only where a column is NULL fills it in, as a default does.
const relationsQuery = `
  SELECT c.relname AS name, obj_description(c.oid, 'pg_class') AS comment,
         json_agg(json_build_object(
             'name', a.attname,
             'type', coalesce(element.typname, base.typname),
             'isArray', element.oid IS NOT NULL,
             'labels', (SELECT json_agg(e.enumlabel ORDER BY e.enumsortorder) FROM pg_enum e WHERE e.enumtypid = coalesce(element.oid, base.oid)),
             'isNullable', NOT (a.attnotnull OR t.typnotnull),
             'hasDefault', a.atthasdef OR a.attidentity <> '' OR EXISTS (
                 SELECT FROM pg_trigger g WHERE g.tgrelid = c.oid AND g.tgtype & 6 = 6
                    AND position(format('(new.%I IS NULL)', a.attname) IN pg_get_triggerdef(g.oid)) > 0),
             'isWritable', c.relkind IN ('r', 'p', 'f') AND a.attgenerated = '' AND a.attidentity <> 'a'
                 AND (has_column_privilege(c.oid, a.attnum, 'INSERT') OR has_column_privilege(c.oid, a.attnum, 'UPDATE')),
             'comment', col_description(c.oid, a.attnum)) ORDER BY a.attnum) AS columns
  FROM pg_class c
  JOIN pg_namespace n ON n.oid = c.relnamespace AND has_schema_privilege(n.oid, 'USAGE')
  JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND has_column_privilege(c.oid, a.attnum, 'SELECT')
  JOIN pg_type t ON t.oid = a.atttypid
  JOIN pg_type base ON base.oid = CASE t.typtype WHEN 'd' THEN t.typbasetype ELSE t.oid END
  LEFT JOIN pg_type element ON element.oid = base.typelem AND base.typcategory = 'A'
  WHERE n.nspname = $1 AND c.relkind IN ('r', 'p', 'v', 'm', 'f') AND NOT c.relispartition
  GROUP BY c.oid ORDER BY c.relname COLLATE "C"`
