import { escapeLiteral } from 'pg'

/** What is used of `MigrationBuilder` of node-pg-migrate. */
export interface Migration {
  sql(text: string): void
}

/**
 * Adds a block of PL/pgSQL to a migration. Names without a schema mean objects of PostgreSQL itself.
 *
 * @param constants - What the block is told, as its constants of type text
 */
export function addBlock(migration: Migration, constants: Record<string, string>, variables: string, body: string): void {
  const declarations = Object.entries(constants).map(([name, value]) => `    ${name} CONSTANT text := ${escapeLiteral(value)};\n`)
  const block = `
DECLARE
${declarations.join('')}${variables}
    path CONSTANT text := current_setting('search_path');
BEGIN
    PERFORM set_config('search_path', 'pg_catalog, pg_temp', true);
${body}
    PERFORM set_config('search_path', path, true);
END
`
  migration.sql(`DO ${escapeLiteral(block)}`)
}
