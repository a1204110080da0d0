// Records of CSV whose quoted fields may have delimiters in them.
import { type Kernel, MEMORY_START } from '../columns/kernel.js'
import type { CsvInput } from '../request.js'
import { tooLarge } from '../values/text.js'
import { RECORD_SIZE_MAX } from './limits.js'
import type { RecordCutter } from './record-cutter.js'

/** Where in a record a byte stands. */
const RECORD_START = 0
const FIELD_START = 1
const BARE = 2
const QUOTED = 3
/** Behind an escape character in quotes, which may have been the closing quote. */
const ESCAPED = 4
const COMMENT = 5
const NONE = -1
/** Of so many bytes a kernel is opened: that takes as long as these. */
const STEPPED_MAX = 512 * 1024
/** Where in its memory the bytes are that it looks at. */
const ROOM_START = MEMORY_START
const ROOM_BYTES = 256 * 1024

export type CutterKernel = Pick<Kernel, 'run' | 'memory' | 'reserve'>

type State = 0 | 1 | 2 | 3 | 4 | 5

export class CsvCutter implements RecordCutter {
  readonly #delimiter: Buffer
  readonly #field: number
  readonly #quote: number
  readonly #escape: number
  readonly #comment: number
  #state: State = RECORD_START
  /** Bytes of the delimiter seen so far. */
  #matched = 0
  #rest: Buffer[] = []
  #restSize = 0
  #isFirst = true
  readonly #openKernel: () => CutterKernel
  readonly #steppedMax: number
  /** Until it is opened, the bytes that were looked at without it; undefined where there is none. */
  #kernel: CutterKernel | number | undefined = 0

  /** `openKernel` throws where there is none; it is asked once so many bytes came. */
  constructor(input: CsvInput, openKernel: () => CutterKernel, steppedMax = STEPPED_MAX) {
    this.#openKernel = openKernel
    this.#steppedMax = steppedMax
    this.#delimiter = Buffer.from(input.recordDelimiter)
    this.#field = byteOf(input.fieldDelimiter)
    this.#quote = byteOf(input.quote)
    this.#escape = input.quoteEscape === undefined ? this.#quote : byteOf(input.quoteEscape)
    this.#comment = byteOf(input.comment)
  }

  push(chunk: Buffer): readonly Buffer[] {
    const end = this.#endOfLast(chunk)
    if (end === 0) {
      this.#keep(chunk)
      return []
    }
    const whole = [...this.#rest, chunk.subarray(0, end)]
    this.#rest = []
    this.#restSize = 0
    this.#keep(chunk.subarray(end))
    return whole
  }

  end(): readonly Buffer[] {
    const rest = this.#rest
    this.#rest = []
    return rest
  }

  #keep(bytes: Buffer): void {
    if (bytes.length === 0) return
    this.#restSize += bytes.length
    if (this.#restSize > RECORD_SIZE_MAX + this.#delimiter.length) throw tooLarge('A record')
    this.#rest.push(bytes)
  }

  /** Behind the last record that is whole with this chunk; 0 where there is none. */
  #endOfLast(chunk: Buffer): number {
    const isQuoted = this.#state === QUOTED || this.#state === ESCAPED
    if (!isQuoted && this.#delimiter.length === 1 && !chunk.includes(this.#quote))
      return this.#endOfLines(chunk)
    const start = this.#markLength(chunk)
    const kernel = this.#kernelFor(chunk.length)
    return kernel ? this.#endInKernel(kernel, chunk, start) : this.#endByStep(chunk, start)
  }

  #endByStep(chunk: Buffer, start: number): number {
    let end = 0
    for (let index = start; index < chunk.length; index++) {
      if (this.#step(chunk[index] ?? 0)) end = index + 1
    }
    return end
  }

  #endInKernel({ run, memory }: CutterKernel, chunk: Buffer, start: number): number {
    let end = 0
    for (let from = start; from < chunk.length; from += ROOM_BYTES) {
      const copied = chunk.copy(memory, ROOM_START, from, from + ROOM_BYTES)
      const found = run.csvCut(ROOM_START, ROOM_START + copied, this.#state, this.#matched)
      if (found > 0) end = from + found - ROOM_START
      this.#state = run.csvCutState() as State
      this.#matched = run.csvCutMatched()
    }
    return end
  }

  /** Of so many bytes more. */
  #kernelFor(bytes: number): CutterKernel | undefined {
    if (typeof this.#kernel !== 'number') return this.#kernel
    this.#kernel += bytes
    if (this.#kernel < this.#steppedMax) return undefined
    this.#kernel = this.#opened()
    return this.#kernel
  }

  #opened(): CutterKernel | undefined {
    try {
      const kernel = this.#openKernel()
      kernel.reserve(ROOM_START + ROOM_BYTES)
      const [first = NONE, last = first] = this.#delimiter
      const isLong = this.#delimiter.length > 1
      kernel.run.csvCutFormat(
        ...([this.#field, this.#quote, this.#escape, this.#comment] as const),
        isLong ? first : NONE,
        last,
      )
      return kernel
    } catch {
      return undefined
    }
  }

  /** Without quotes every delimiter ends a record. */
  #endOfLines(chunk: Buffer): number {
    this.#isFirst = false
    const end = chunk.lastIndexOf(this.#delimiter) + 1
    if (end > 0) this.#state = RECORD_START
    if (end < chunk.length) this.#state = this.#stateOfTail(chunk, end)
    return end
  }

  #stateOfTail(chunk: Buffer, start: number): State {
    const isComment = this.#state === RECORD_START && chunk[start] === this.#comment
    if (isComment || this.#state === COMMENT) return COMMENT
    return chunk[chunk.length - 1] === this.#field ? FIELD_START : BARE
  }

  /** A byte order mark is no part of the first field. */
  #markLength(chunk: Buffer): number {
    const isMarked = this.#isFirst && chunk[0] === 0xef && chunk[1] === 0xbb && chunk[2] === 0xbf
    this.#isFirst = false
    return isMarked ? 3 : 0
  }

  /** True where a record ends with the byte. */
  #step(byte: number): boolean {
    if (this.#state === ESCAPED) {
      const isLiteral = byte === this.#quote || byte === this.#escape
      if (isLiteral) {
        this.#state = QUOTED
        return false
      }
      // An escape that escapes nothing is the closing quote, or stands for itself.
      this.#state = this.#escape === this.#quote ? BARE : QUOTED
    }
    if (this.#state === QUOTED) {
      if (byte === this.#escape) this.#state = ESCAPED
      else if (byte === this.#quote) this.#state = BARE
      return false
    }
    return this.#stepOutside(byte)
  }

  #stepOutside(byte: number): boolean {
    if (this.#endsWith(byte)) {
      this.#state = RECORD_START
      return true
    }
    const isStart = this.#state === RECORD_START || this.#state === FIELD_START
    if (this.#state === RECORD_START && byte === this.#comment) this.#state = COMMENT
    else if (isStart && byte === this.#quote) this.#state = QUOTED
    else if (this.#state !== COMMENT) this.#state = byte === this.#field ? FIELD_START : BARE
    return false
  }

  /** Whether the delimiter is whole with the byte. */
  #endsWith(byte: number): boolean {
    if (byte === this.#delimiter[this.#matched]) this.#matched++
    else this.#matched = byte === this.#delimiter[0] ? 1 : 0
    if (this.#matched < this.#delimiter.length) return false
    this.#matched = 0
    return true
  }
}

function byteOf(character: string | undefined): number {
  return character === undefined ? NONE : (Buffer.from(character)[0] ?? NONE)
}
