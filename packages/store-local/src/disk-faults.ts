// Tells a full disk from every other failure of the file system or of LMDB.
import { Fault } from '@coset/model'

/** ENOSPC, EDQUOT and MDB_MAP_FULL; Node names them, LMDB numbers them. */
const FULL_CODES: ReadonlySet<unknown> = new Set(['ENOSPC', 'EDQUOT', 28, 122, -30792])
const FULL_MESSAGE = /no space left|disk quota exceeded|MDB_MAP_FULL/i

export function isDiskFull(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  return FULL_CODES.has((error as { code?: unknown }).code) || FULL_MESSAGE.test(error.message)
}

/** A full disk becomes its fault; anything else stays what it is. */
export function diskFault(error: unknown): unknown {
  return isDiskFull(error) ? new Fault('InsufficientStorage', {}, { cause: error }) : error
}

export function errorCode(error: unknown): unknown {
  return error instanceof Error ? (error as { code?: unknown }).code : undefined
}
