/** Migrations for node-pg-migrate 9. Each helper takes its `pgm` and adds statements to the migration. */
export { comprehensiveInitialSetup, type InitialSetup, type InitialSetupMigration } from './initial-setup.js'
export { protectTable, regrant, type TableName } from './rights.js'
export type { Migration } from './migration.js'
