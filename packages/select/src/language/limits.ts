// How large a statement may be.

/** Bytes of UTF-8. */
export const STATEMENT_SIZE_MAX = 256 * 1024

/** Brackets, calls, NOT and signs within each other. */
export const NESTING_MAX = 100

/** Operators above each other, so that walking a tree never runs out of stack. */
export const DEPTH_MAX = 1000

export const PROJECTIONS_MAX = 4096
