// SQL over objects.
export { type SelectCode, SelectError } from './errors.js'
export type * from './request.js'
