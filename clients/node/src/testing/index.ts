/** Helpers for the tests of an application. */
export { expectIsolation } from './isolation.js'
export { sample, type Sample, type SampleTenant } from './sample.js'
export { temporaryDatabase, type TemporaryDatabase, type TemporaryDatabaseOptions } from './temporary-database.js'
export { withRollback } from './with-rollback.js'
export type { TableName } from '../table-name.js'
