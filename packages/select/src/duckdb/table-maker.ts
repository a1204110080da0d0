// Makes tables of batches, slice by slice, and records of the result of what it read.
import { closeSync, ftruncateSync, openSync, writeSync } from 'node:fs'
import type { BatchBytes } from '../batch-bytes.js'
import type { Kernel } from '../columns/kernel.js'
import { parquetFile } from '../columns/parquet-file.js'
import type { Slice, SliceReader, WrittenPiece } from '../columns/slice-reader.js'
import type { TableProgram } from './table-program.js'

/** Whether casts are the kernel's: which are tried first, as they are faster. */
export const KINDS = ['typed', 'raw'] as const
export type Kind = (typeof KINDS)[number]

/** What of a batch was read. Plain data. */
export interface TableSlice {
  readonly kind: Kind
  readonly records: number
  /** As of FoundRecords. */
  readonly isBare: boolean
  /** Of the batch, behind the last record. */
  readonly end: number
  /** Whether the records have columns: then these are in the table. */
  readonly hasColumns: boolean
}

/** Plain data. */
export interface TableRead {
  /** Of the kinds that were tried, those whose values are none of what is wanted. */
  readonly odd: readonly Kind[]
  /** Undefined where the interpreter is to read. */
  readonly slice: TableSlice | undefined
}

export class TableMaker {
  readonly #kernel: Kernel
  readonly #tablePath: string
  readonly #programOf: (kind: Kind) => TableProgram | null
  #table: number | undefined
  #reader: SliceReader | undefined

  constructor(kernel: Kernel, tablePath: string, programOf: (kind: Kind) => TableProgram | null) {
    this.#kernel = kernel
    this.#tablePath = tablePath
    this.#programOf = programOf
  }

  /** From a record's beginning on. Throws what the bytes fail with. */
  read(bytes: BatchBytes, from: number, kinds: readonly Kind[]): TableRead {
    const odd: Kind[] = []
    for (const kind of kinds) {
      const program = this.#programOf(kind)
      if (!program) continue
      const reader = program.readerOf(this.#kernel)
      const slice = reader.read(bytes, from)
      if (slice === 'refused') break
      if (slice === 'odd') odd.push(kind)
      else return { odd, slice: this.#kept(kind, program, { reader, slice }) }
    }
    return { odd, slice: undefined }
  }

  /** Records of what was read last. */
  write(records: number, chosen: Int32Array | undefined): Generator<WrittenPiece> {
    if (!this.#reader) throw new Error('Nothing was read.')
    return this.#reader.write(records, chosen)
  }

  close(): void {
    if (this.#table !== undefined) closeSync(this.#table)
    this.#table = undefined
  }

  #kept(
    kind: Kind,
    { work }: TableProgram,
    { reader, slice }: { readonly reader: SliceReader; readonly slice: Slice },
  ): TableSlice {
    this.#reader = reader
    const { records, isBare, end, columns } = slice
    const hasColumns = columns.length > 0
    if (hasColumns && work !== 'count' && work !== 'all') this.#writeTable(slice)
    return { kind, records, isBare, end, hasColumns }
  }

  /** Without a turn of the event loop: nobody else waits for this thread. */
  #writeTable({ columns, records }: Slice): void {
    this.#table ??= openSync(this.#tablePath, 'w', 0o600)
    let position = 0
    for (const piece of parquetFile(columns, records)) {
      for (let at = 0; at < piece.length; ) {
        const written = writeSync(this.#table, piece, at, piece.length - at, position)
        at += written
        position += written
      }
    }
    ftruncateSync(this.#table, position)
  }
}
