// The content of the frames that carry JSON.
import type { StoredContent } from './engine/object-source.js'
import type { SelectCode } from './errors.js'
import type { Span } from './parquet/footer.js'
import type { SelectRequest } from './request.js'

/**
 * - `batches`: each file is a batch of whole records.
 * - `bytes`: the object's bytes, cut anywhere, perhaps compressed.
 * - `ranges`: files hold the parts of the object that the process asks for.
 */
export type Delivery = 'batches' | 'bytes' | 'ranges'

/**
 * Large pieces of the result go through a file in the query's folder, which the process makes: pipes cost more, and give
 * each side new memory for every bit. It has a few slots, written in turn, so that it stays small, and a server that does
 * not read holds the process up.
 */
export const RESULT_FILE = { name: 'results', slots: 4, slotBytes: 512 * 1024 } as const

/** Of the result, files that a database wrote. They are told of in parts, so that what else there is to say finds its way between. */
export const WRITTEN_FILES = { filesMax: 8, partBytes: 4 * 1024 * 1024, partsAhead: 2 } as const

/** In the query's folder. */
export function writtenName(number: number): string {
  return `result-${number}`
}

/** How the process that answers a query is told of it. */
export interface StartMessage {
  readonly request: SelectRequest
  readonly delivery: Delivery
  /** Where the process reads the object by itself; null where it is handed over. */
  readonly stored: StoredContent | null
  /** Of the object, where it can be read in parts; else null. */
  readonly objectBytes: number | null
  /** Of this query alone, for files of its own. */
  readonly folder: string
  readonly batchBytes: number
  /** Most of an object of Parquet that is read at a time. */
  readonly rangesBytesMax: number
  readonly memoryBytesMax: number
  readonly threads: number
  /** Of objects of fewer bytes, batches are not read in threads. */
  readonly threadsFromBytes: number
  /** The time that UTCNOW() tells, in milliseconds since 1970. */
  readonly nowMs: number
  readonly executionModule: string | null
}

export interface FileMessage {
  readonly path: string
  /** Bytes of the object in it. */
  readonly length: number
  /** The object begins with it. */
  readonly isFirst: boolean
}

/** Parts of the object that are needed; they come in one file, each where it stands in the object. */
export interface NeedMessage {
  readonly spans: readonly Span[]
}

/** A file was read and may be written anew. */
export interface UsedMessage {
  readonly path: string
}

/** What was read so far. */
export interface CountsMessage {
  /** Of the object, as it is stored. */
  readonly bytesScanned: number
  /** Decompressed. */
  readonly bytesProcessed: number
}

/** A piece of the result stands in a slot of the file of results. */
export interface StoredMessage {
  readonly slot: number
  /** Bytes of it, from the slot's beginning. */
  readonly length: number
}

/** A piece of the result stands in a file that was written as a whole: one part of it, behind the one told before. */
export interface WrittenMessage {
  /** Of the file. */
  readonly number: number
  /** Bytes of it. */
  readonly start: number
  readonly length: number
}

/** A slot was read and may be written anew; or, where it is null, a part of a file was. */
export interface TakenMessage {
  readonly slot: number | null
}

export interface FailedMessage {
  readonly code: SelectCode
  readonly message: string
  /** Of a defect: for the log alone. */
  readonly stack: string | null
}
