// Where one batch at a time becomes a table: in this thread, or in another.
import { setImmediate as turn } from 'node:timers/promises'
import type { WrittenPiece } from '../columns/slice-reader.js'
import type { Batch, ResultPart } from '../execution.js'
import type { Kind, TableMaker, TableRead } from './table-maker.js'

/** What is to be read, of which batch. */
export interface TableWish {
  readonly batch: Batch
  /** Where a record of it begins. */
  readonly from: number
  readonly kinds: readonly Kind[]
  /** As of ColumnFormat. */
  readonly learned: readonly string[] | undefined
}

/** Records of a result; `file`: where all of them stand already, if that is in a file. */
export interface WrittenPieces extends Iterable<WrittenPiece> {
  readonly file?: ResultPart | undefined
}

export interface TablePlace {
  /** Where DuckDB finds the table of what was read last. */
  readonly tablePath: string
  /** Where it may write its result. */
  readonly resultPath: string
  /** Rejects with what the batch fails with. */
  read(wish: TableWish): Promise<TableRead>
  /** Records of what was read last. */
  write(records: number, chosen: Int32Array | undefined): Promise<WrittenPieces>
  close(): Promise<void>
}

export class LocalPlace implements TablePlace {
  readonly tablePath: string
  readonly resultPath: string
  readonly #maker: TableMaker

  constructor(maker: TableMaker, paths: Pick<TablePlace, 'tablePath' | 'resultPath'>) {
    this.#maker = maker
    this.tablePath = paths.tablePath
    this.resultPath = paths.resultPath
  }

  async read({ batch, from, kinds }: TableWish): Promise<TableRead> {
    // Nothing else here waits for anything, and threads that have begun would never be heard.
    await turn()
    return this.#maker.read(batch.bytes, from, kinds)
  }

  async write(records: number, chosen: Int32Array | undefined): Promise<WrittenPieces> {
    return this.#maker.write(records, chosen)
  }

  async close(): Promise<void> {
    this.#maker.close()
  }
}
