// A file in the place of an object that is read in parts, for tests.
import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { FileBatch } from '../execution.js'
import type { Span } from '../parquet/footer.js'
import type { ObjectRanges } from '../parquet/object-ranges.js'
import { endOf, placed } from '../parquet/placement.js'

export class LocalRanges implements ObjectRanges {
  readonly #bytes: Buffer
  readonly #folder: string
  readonly #held = new Set<string>()
  readonly #free: string[] = []
  #made = 0
  /** All that was asked for. */
  bytesRead = 0
  /** Of each time that something was. */
  readonly needs: (readonly Span[])[] = []

  static async of(path: string, folder: string): Promise<LocalRanges> {
    return new LocalRanges(await readFile(path), folder)
  }

  constructor(bytes: Buffer, folder: string) {
    this.#bytes = bytes
    this.#folder = folder
  }

  get size(): number {
    return this.#bytes.length
  }

  async need(spans: readonly Span[]): Promise<FileBatch> {
    this.needs.push(spans)
    // Names are taken again, as by those who have few files for it.
    const path = this.#free.shift() ?? join(this.#folder, `part-${this.#made++}`)
    const parts = placed(spans)
    // What stands between them would be read as something.
    const file = Buffer.alloc(endOf(parts), 0x15)
    let length = 0
    for (const { start, end, at } of parts) {
      if (end > this.size || start >= end) throw new Error('These are no parts of the object.')
      this.#bytes.copy(file, at, start, end)
      length += end - start
    }
    this.bytesRead += length
    if (this.#held.has(path)) throw new Error('The file is still held.')
    await writeFile(path, file)
    this.#held.add(path)
    return { path }
  }

  async give(path: string): Promise<void> {
    this.#held.delete(path)
    this.#free.push(path)
  }

  async close(): Promise<void> {
    for (const path of [...this.#held, ...this.#free]) await rm(path, { force: true })
  }
}
