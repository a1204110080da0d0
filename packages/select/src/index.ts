// SQL over objects.
export { SelectEngine } from './engine/engine.js'
export type { QueryCounts, QueryEvent } from './engine/run-query.js'
export { defaultSelectSettings, type SelectSettings } from './engine/settings.js'
export { type SelectCode, SelectError } from './errors.js'
export type * from './request.js'
