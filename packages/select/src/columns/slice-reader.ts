// Reads batches of records, as many at a time as there is room for.
import { isUtf8 } from 'node:buffer'
import type { BatchBytes } from '../batch-bytes.js'
import { type Kernel, MEMORY_START } from './kernel.js'
import type { ColumnValues } from './parquet-file.js'
import {
  aligned,
  columnBytes,
  foundColumns,
  SLACK_BYTES,
  type Wanted,
  type WantedPlace,
  writeWanted,
} from './wanted.js'

/** Read into the memory and looked at while it is near the processor. */
const READ_BYTES = 256 * 1024
const BLOCK_BYTES = 64
const RECORDS_MAX = 262_144
const RECORD_ENTRY_BYTES = 8
const INPUT_BYTES_MAX = 17 * 1024 * 1024
/** The largest record, and some. */
const INPUT_BYTES_MIN = 1280 * 1024
const COLUMNS_BYTES_MAX = 256 * 1024 * 1024
const OUTPUT_BYTES = 2304 * 1024
/** Room for entries. */
const WANTED_MAX = 512
const LIST_AT = 65536
const REFUSED = 1

/** Addresses in the kernel's memory. */
export interface BeginPlace {
  /** Of the first record. */
  readonly start: number
  /** Where it is noted which records there are. */
  readonly records: number
  readonly recordsMax: number
  /** How many values are wanted of each record. */
  readonly wanted: number
}

export interface FoundRecords {
  readonly records: number
  /** Any byte is beyond ASCII. */
  readonly hasHigh: boolean
  /** No field has anything in it that CSV of the same delimiters would quote. */
  readonly isBare: boolean
  /** Where the record begins that was not ended. */
  readonly rest: number
}

/** What the kernel has for one format. */
export interface FormatCode {
  /** What ends a record. */
  readonly recordMark: string
  /** A byte that means nothing. */
  readonly padding: number
  begin(kernel: Kernel, place: BeginPlace): void
  scan(kernel: Kernel, from: number, end: number): number
  /** What can't be read, as bits; 0 where all can. */
  end(kernel: Kernel): number
  found(kernel: Kernel): FoundRecords
  /** Writes records from `from` on into memory. */
  write(
    kernel: Kernel,
    records: { readonly list: number; readonly from: number; readonly to: number },
    out: { readonly at: number; readonly limit: number },
  ): Written
}

export interface Written {
  /** Of what was written. */
  readonly end: number
  /** The first that was not. */
  readonly next: number
  /** Where that one stands, if it is none that the kernel writes. */
  readonly odd?: { readonly from: number; readonly to: number } | undefined
}

/** Bytes of the result, or of a record that the interpreter has to write. */
export type WrittenPiece = Uint8Array | { readonly record: Buffer }

/** Records in the kernel's memory, until the next ones are read. */
export interface Slice {
  readonly records: number
  readonly columns: readonly ColumnValues[]
  /** As of FoundRecords. */
  readonly isBare: boolean
  /** Of the batch, behind the last record. */
  readonly end: number
}

/** - `refused`: the batch is none of what can be read here; - `odd`: a value has not the type that is wanted of it. */
export type SliceFound = Slice | 'refused' | 'odd'

/** Undefined where more is wanted than there is room for. */
export function inputBytesFor(wanted: readonly Wanted[]): number | undefined {
  if (wanted.length > WANTED_MAX) return undefined
  for (let bytes = INPUT_BYTES_MAX; bytes >= INPUT_BYTES_MIN; bytes = Math.floor(bytes / 2)) {
    const columns = wanted.reduce((sum, one) => sum + columnBytes(one, RECORDS_MAX, bytes), 0)
    if (columns <= COLUMNS_BYTES_MAX) return bytes
  }
  return undefined
}

export class SliceReader {
  readonly #kernel: Kernel
  readonly #code: FormatCode
  readonly #wanted: readonly Wanted[]
  readonly #place: Omit<WantedPlace, 'memory'>
  readonly #recordsAt: number
  readonly #listAt: number
  readonly #outputAt: number
  readonly #columnsAt: number

  /** `wanted`: in the order of their columns. */
  constructor(kernel: Kernel, code: FormatCode, wanted: readonly Wanted[], inputBytes: number) {
    this.#kernel = kernel
    this.#code = code
    this.#wanted = wanted
    this.#place = { list: LIST_AT, recordsMax: RECORDS_MAX, inputBytes }
    this.#recordsAt = MEMORY_START + aligned(inputBytes) + 2 * BLOCK_BYTES
    this.#listAt = this.#recordsAt + RECORDS_MAX * RECORD_ENTRY_BYTES
    this.#outputAt = this.#listAt + RECORDS_MAX * 4
    this.#columnsAt = this.#outputAt + OUTPUT_BYTES + SLACK_BYTES
  }

  /** From a record's beginning on. */
  read(batch: BatchBytes, from: number): SliceFound {
    const kernel = this.#kernel
    const place = this.#prepare()
    this.#code.begin(kernel, {
      start: MEMORY_START,
      records: this.#recordsAt,
      recordsMax: RECORDS_MAX,
      wanted: this.#wanted.length,
    })
    const bytes = Math.min(this.#place.inputBytes, batch.length - from)
    const isLast = from + bytes === batch.length
    const read = this.#fill(batch, { from, bytes, isLast })
    const why = this.#code.end(kernel)
    if (why !== 0) return (why & REFUSED) !== 0 ? 'refused' : 'odd'
    const { records, hasHigh, isBare, rest } = this.#code.found(kernel)
    const used = rest - MEMORY_START
    // The last record is whole, or nobody knows where it ends.
    if (read === 'all' && isLast && used < bytes) return 'refused'
    if (used === 0) return 'refused'
    const text = kernel.memory.subarray(MEMORY_START, Math.min(rest, MEMORY_START + bytes))
    if (hasHigh && !isUtf8(text)) return 'refused'
    return {
      records,
      isBare,
      end: from + Math.min(used, bytes),
      columns: foundColumns(this.#wanted, { ...place, memory: kernel.memory }, records),
    }
  }

  /**
   * Records of the last slice as records of the result, in pieces that are valid until the next is asked for.
   * `chosen`: their numbers, in order; undefined for all.
   */
  *write(records: number, chosen: Int32Array | undefined): Generator<WrittenPiece> {
    const kernel = this.#kernel
    const out = { at: this.#outputAt, limit: this.#outputAt + OUTPUT_BYTES }
    if (chosen) new Int32Array(kernel.memory.buffer, this.#listAt, RECORDS_MAX).set(chosen)
    const to = chosen?.length ?? records
    const list = chosen ? this.#listAt : 0
    for (let from = 0; from < to; ) {
      const { end, next, odd } = this.#code.write(kernel, { list, from, to }, out)
      if (next === from && !odd) throw new Error('There is no room for a record.')
      if (end > out.at) yield kernel.memory.subarray(out.at, end)
      if (odd) yield { record: kernel.memory.subarray(odd.from, odd.to) }
      from = odd ? next + 1 : next
    }
  }

  #prepare(): WantedPlace {
    const { recordsMax, inputBytes } = this.#place
    const columns = this.#wanted.reduce((sum, one) => sum + columnBytes(one, recordsMax, inputBytes), 0)
    this.#kernel.reserve(this.#columnsAt + columns)
    const place = { ...this.#place, memory: this.#kernel.memory }
    writeWanted(this.#wanted, this.#columnsAt, place)
    return place
  }

  /** Reads pieces, and has them looked at block by block, as far as there is room. */
  #fill(
    batch: BatchBytes,
    { from, bytes, isLast }: { readonly from: number; readonly bytes: number; readonly isLast: boolean },
  ): 'all' | 'some' {
    const { memory } = this.#kernel
    let scanned = MEMORY_START
    for (let at = 0; at < bytes; ) {
      const readEnd = Math.min(bytes, batch.readEnd(from + at, READ_BYTES) - from)
      batch.read(from + at, memory.subarray(MEMORY_START + at, MEMORY_START + readEnd))
      at = readEnd
      const filled = MEMORY_START + at
      const end = at === bytes && isLast ? this.#pad(filled) : filled - (filled % BLOCK_BYTES)
      const stopped = this.#code.scan(this.#kernel, scanned, end)
      if (stopped < end) return 'some'
      scanned = end
    }
    return 'all'
  }

  /** The last record gets its mark, and the last block is filled up with what means nothing. */
  #pad(end: number): number {
    const { memory } = this.#kernel
    const { recordMark, padding } = this.#code
    const mark = Buffer.from(recordMark)
    let at = end
    if (!memory.subarray(end - mark.length, end).equals(mark)) at += mark.copy(memory, end)
    const blocksEnd = Math.ceil(at / BLOCK_BYTES) * BLOCK_BYTES
    memory.fill(padding, at, blocksEnd)
    return blocksEnd
  }
}
