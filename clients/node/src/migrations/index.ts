/** Migrations for node-pg-migrate 9. Each helper takes its `pgm` and adds statements to the migration. */
export { comprehensiveInitialSetup, type InitialSetup, type InitialSetupMigration } from './initial-setup.js'
export { protectTable, regrant } from './rights.js'
export type { TableName } from '../table-name.js'
export type { Migration } from './migration.js'
