// A file on its way down: the temporary file, and the record that lets a later run go on with it.
import { dirname } from 'node:path'
import { type Crc64Engine, loadCrc64 } from '@coset/protocol'
import type { CodedContent } from '../coding.js'
import { CosClientError } from '../errors.js'
import type { Checkpoint, CheckpointRecord } from './checkpoint.js'
import { type Destination, moveInto, syncFolder } from './destination.js'
import { type DownloadRecord, readDownloadRecord, writeDownloadRecord } from './download-record.js'
import { LatestWriter } from './latest-writer.js'
import { isSameContent, type ObjectState } from './object-state.js'
import { PartFile } from './part-file.js'
import { MIB, type Part, partsOf } from './part-plan.js'
import { isTemporary, removeTemporary, temporaryPath } from './temporary-file.js'

/** So much may be written before it is synced; a crash of the machine costs no more than that. */
const SYNCED_BYTES = 64 * MIB

export interface DraftOptions {
  readonly destination: Destination
  readonly object: ObjectState
  /** Bytes of a part, unless an earlier run chose. */
  readonly partBytes: number
  /** Undefined: nothing is left behind when the run fails. */
  readonly checkpoint: Checkpoint | undefined
  /** Whether the file must outlive a crash of the machine once it is in its place; with a checkpoint it always does. */
  readonly isDurable: boolean
  /** What the sums of parts are made of; undefined: of what is in the file. */
  readonly encode?: CodedContent['encode'] | undefined
  /** What the record tells people. */
  readonly where: CheckpointRecord
}

export class Draft {
  readonly file: PartFile
  readonly object: ObjectState
  readonly partBytes: number
  readonly #options: DraftOptions
  readonly #done: Map<number, bigint | undefined>
  /** Of these, the parts that are not on the disk yet, only in the system's memory. */
  readonly #unsynced: Set<number>
  /** Parts that an earlier run did not sync, and nobody compared yet. */
  readonly #unsure: Set<number>
  readonly #saver: LatestWriter<void>
  #syncing: Promise<void> | undefined
  #syncFailure: { readonly cause: unknown } | undefined
  #crc64: bigint | undefined

  private constructor(file: PartFile, options: DraftOptions, earlier: DownloadRecord | undefined) {
    this.file = file
    this.object = options.object
    this.partBytes = earlier?.partBytes ?? options.partBytes
    this.#options = options
    this.#done = new Map([...(earlier?.done ?? []), ...(earlier?.written ?? [])])
    this.#unsynced = new Set(earlier?.written.keys())
    this.#unsure = new Set(this.#unsynced)
    this.#crc64 = options.object.crc64 ?? earlier?.object.crc64
    this.#saver = new LatestWriter(() => this.#save())
  }

  /** The one that an earlier run left, if it is of the same object; or a new one. */
  static async open(options: DraftOptions): Promise<Draft> {
    const { checkpoint, object } = options
    const earlier = readDownloadRecord(checkpoint?.saved)
    const resumed = earlier && (await Draft.#resume(earlier, options))
    if (resumed) return resumed
    if (earlier && isOurs(earlier, options)) await removeTemporary(earlier.temporaryFile)
    const temporaryFile = temporaryPath(options.destination.path)
    const fresh = { object, partBytes: options.partBytes, temporaryFile, done: new Map(), written: new Map() }
    // Told before it is made: a run that is killed in between leaves no file that nobody knows of.
    await checkpoint?.save(writeDownloadRecord(fresh, options.where))
    try {
      return new Draft(await PartFile.create(temporaryFile, object.size), options, undefined)
    } catch (error) {
      await checkpoint?.clear().catch(() => undefined)
      throw error
    }
  }

  static async #resume(earlier: DownloadRecord, options: DraftOptions): Promise<Draft | undefined> {
    if (!isSameContent(earlier.object, options.object) || !isOurs(earlier, options)) return undefined
    const file = await PartFile.reopen(earlier.temporaryFile, options.object.size, 'write')
    return file && new Draft(file, options, earlier)
  }

  /** Of the object, as the first reply told it that told any; undefined where none did. */
  get crc64(): bigint | undefined {
    return this.#crc64
  }

  learn(crc64: bigint | undefined): void {
    this.#crc64 ??= crc64
  }

  get bytesDone(): number {
    let bytes = 0
    for (const part of this.parts()) if (this.isDone(part)) bytes += part.length
    return bytes
  }

  /** Parts that an earlier run, or this one, finished. */
  isDone({ number }: Part): boolean {
    return this.#done.has(number)
  }

  /** Undefined where none was computed. */
  sumOf({ number }: Part): bigint | undefined {
    return this.#done.get(number)
  }

  /** Of what is on disk now. */
  sumOnDisk(part: Part, engine: Crc64Engine, signal: AbortSignal): Promise<bigint> {
    return this.file.sumOf(part, engine, { signal, encode: this.#options.encode })
  }

  parts(): Generator<Part> {
    return partsOf(this.object.size, this.partBytes)
  }

  /** Whether a crash of the machine may have taken it. */
  isUnsure({ number }: Part): boolean {
    return this.#unsure.has(number)
  }

  /**
   * Resolves when another run would not fetch this part again, unless the machine crashes before its bytes are on
   * the disk: those are synced on the side, as waiting for the disk each time would leave the network idle. Parts that
   * are finished meanwhile share the next record.
   */
  async finishPart({ number }: Part, sum: bigint | undefined): Promise<void> {
    this.#done.set(number, sum)
    if (!this.#options.checkpoint) return
    this.#unsynced.add(number)
    if (this.#unsynced.size * this.partBytes >= SYNCED_BYTES) this.#syncing ??= this.#sync()
    // Without a sum there is nothing to compare it with later.
    while (sum === undefined && this.#isUnsynced(number)) {
      this.#syncing ??= this.#sync()
      await this.#syncing
    }
    if (this.#syncFailure) throw this.#syncFailure.cause
    await this.#saver.write()
  }

  /** A part of an earlier run, of which another sum was found to be right, or none. */
  correct({ number }: Part, sum: bigint | undefined): void {
    this.#unsure.delete(number)
    if (sum !== undefined) {
      this.#done.set(number, sum)
      return
    }
    this.#done.delete(number)
    this.#unsynced.delete(number)
  }

  /** Puts the file in its place. */
  async finish(): Promise<void> {
    const { checkpoint, destination, isDurable } = this.#options
    if (destination.mode !== undefined) await this.file.setMode(destination.mode)
    await this.#syncing
    // A disk tells a failure once, so that the next sync may succeed over bytes that are lost.
    if (this.#syncFailure) throw this.#syncFailure.cause
    if (checkpoint || isDurable) await this.file.sync()
    await this.file.close()
    await moveInto(destination, this.file.path)
    if (!checkpoint) return
    await syncFolder(destination)
    // A record that stays is found to be done by the next run.
    await checkpoint.clear().catch(() => undefined)
  }

  /** Leaves what was done for another run where that is worth anything, else nothing. Never rejects. */
  async abandon(failure: unknown): Promise<void> {
    await Promise.all([this.#saver.settled(), this.#syncing])
    await this.file.close().catch(() => undefined)
    const { checkpoint } = this.#options
    if (checkpoint && this.#done.size > 0 && isPassing(failure)) return
    await removeTemporary(this.file.path)
    await checkpoint?.clear().catch(() => undefined)
  }

  #isUnsynced(number: number): boolean {
    return this.#unsynced.has(number) && !this.#syncFailure
  }

  /** Never rejects: its failure is that of the next part. */
  async #sync(): Promise<void> {
    // Taken before, so that it names nothing that the sync may have missed.
    const parts = [...this.#unsynced]
    try {
      await this.file.sync()
      for (const number of parts) if (!this.#unsure.has(number)) this.#unsynced.delete(number)
    } catch (cause) {
      this.#syncFailure = { cause }
    }
    this.#syncing = undefined
  }

  async #save(): Promise<void> {
    const { checkpoint, where, object } = this.#options
    const { partBytes } = this
    const [done, written] = [new Map(this.#done), new Map<number, bigint | undefined>()]
    for (const number of this.#unsynced) {
      written.set(number, done.get(number))
      done.delete(number)
    }
    const record = { object, partBytes, temporaryFile: this.file.path, done, written }
    await checkpoint?.save(writeDownloadRecord(record, where))
  }
}

/** Whether the destination is what an earlier run finished, and was killed before it could say so. */
export async function isInPlace(
  { destination, object, checkpoint, encode }: DraftOptions,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  const earlier = readDownloadRecord(checkpoint?.saved)
  if (!earlier || !isSameContent(earlier.object, object)) return false
  const parts = [...partsOf(object.size, earlier.partBytes)]
  const sums = new Map([...earlier.done, ...earlier.written])
  if (parts.some(({ number }) => sums.get(number) === undefined)) return false
  const left = await PartFile.reopen(earlier.temporaryFile, object.size, 'read')
  await left?.close()
  const file = left ? undefined : await PartFile.reopen(destination.path, object.size, 'read')
  if (!file) return false
  try {
    const engine = await loadCrc64()
    for (const part of parts) {
      if ((await file.sumOf(part, engine, { signal, encode })) !== sums.get(part.number)) return false
    }
    return true
  } finally {
    await file.close()
  }
}

/** A record that was tampered with must not lead to other files. */
function isOurs({ temporaryFile }: DownloadRecord, { destination }: DraftOptions): boolean {
  return isTemporary(temporaryFile) && dirname(temporaryFile) === dirname(destination.path)
}

/** Whether the same bytes may be of use later: not those of another object, nor wrong ones. */
function isPassing(failure: unknown): boolean {
  return !(failure instanceof CosClientError && USELESS_AFTER.has(failure.kind))
}

const USELESS_AFTER = new Set(['changed', 'checksum', 'encryption', 'tampered'])
