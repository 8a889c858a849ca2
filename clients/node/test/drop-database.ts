import type pg from 'pg'

/**
 * Drops a database if it is there. By force only before a test: pg's pool and node-pg-migrate say that they have ended before their sessions have,
 * and a session that is killed then throws. Without force the server waits for them.
 */
export async function dropDatabase(server: pg.Client, name: string, how: '' | 'WITH (FORCE)' = ''): Promise<void> {
  await server.query(`DROP DATABASE IF EXISTS ${name} ${how}`)
}
