// Walks down FROM's path in JSON of any size, and gives the values it names, one on a line.
import { SelectError } from '../errors.js'
import type { PathStep } from '../language/ast.js'
import { tooLarge } from '../values/text.js'
import { JsonExtent } from './json-extent.js'
import { RECORD_SIZE_MAX } from './limits.js'
import { LineWriter } from './line-writer.js'
import { memberTest } from './path.js'
import type { RecordCutter } from './record-cutter.js'

/** A list or struct the path leads through. */
interface Frame {
  readonly isList: boolean
  /** Whether an element or member of that place is on the path. */
  readonly fits: (index: number, name: string) => boolean
  /** Steps that are taken once inside. */
  readonly taken: number
  /** Whether a record stands for it that has no value, when nothing in it fits. */
  readonly needsOne: boolean
  index: number
  found: number
}

type Expected = 'value' | 'first value' | 'first name' | 'name' | 'colon' | 'comma' | 'value end' | 'name end'

const BYTE = { open: 123, close: 125, openList: 91, closeList: 93, comma: 44, colon: 58, quote: 34 } as const
const SPACES = new Set(Buffer.from(' \t\r\n'))

export class DocumentCutter implements RecordCutter {
  readonly #path: readonly PathStep[]
  readonly #writer = new LineWriter()
  readonly #extent = new JsonExtent()
  readonly #frames: Frame[] = []
  #expected: Expected = 'value'
  #isCaptured = false
  #name: Buffer[] = []
  #nameSize = 0
  #lastName = ''
  #head: Buffer | undefined = Buffer.alloc(0)

  constructor(path: readonly PathStep[]) {
    this.#path = path
  }

  push(chunk: Buffer): readonly Buffer[] {
    const bytes = this.#withoutMark(chunk)
    let position = 0
    while (position < bytes.length) position = this.#step(bytes, position)
    return this.#writer.takeWhole()
  }

  end(): readonly Buffer[] {
    const rest = this.#head ?? Buffer.alloc(0)
    this.#head = undefined
    const earlier = rest.length === 0 ? [] : this.push(rest)
    if (this.#expected === 'value end' && this.#extent.isScalar) this.#endValue()
    const isBetween = this.#frames.length === 0 && this.#expected === 'value'
    if (!isBetween) throw new SelectError('LastRecordParseFail', 'The object ends within a JSON value.')
    return [...earlier, ...this.#writer.takeWhole()]
  }

  /** The first three bytes may be a byte order mark. */
  #withoutMark(chunk: Buffer): Buffer {
    if (this.#head === undefined) return chunk
    const start = Buffer.concat([this.#head, chunk])
    this.#head = start.length < 3 ? start : undefined
    if (start.length < 3) return Buffer.alloc(0)
    return start[0] === 0xef && start[1] === 0xbb && start[2] === 0xbf ? start.subarray(3) : start
  }

  /** Gives back where to go on. */
  #step(bytes: Buffer, position: number): number {
    if (this.#expected === 'value end' || this.#expected === 'name end')
      return this.#stepInside(bytes, position)
    const byte = bytes[position] ?? 0
    if (SPACES.has(byte)) return position + 1
    switch (this.#expected) {
      case 'first value':
        return byte === BYTE.closeList ? this.#leave(position) : this.#enterValue(byte, position)
      case 'value':
        return this.#enterValue(byte, position)
      case 'first name':
        return byte === BYTE.close ? this.#leave(position) : this.#enterName(byte, position)
      case 'name':
        return this.#enterName(byte, position)
      case 'colon':
        return this.#expectByte(byte === BYTE.colon, 'value', position)
      case 'comma':
        return this.#stepBehind(byte, position)
    }
  }

  #expectByte(isFound: boolean, next: Expected, position: number): number {
    if (!isFound) throw this.#failure()
    this.#expected = next
    return position + 1
  }

  #failure(): SelectError {
    return new SelectError(
      'JSONParsingError',
      'The object is no JSON: a bracket, comma, colon or name is out of place.',
    )
  }

  #stepBehind(byte: number, position: number): number {
    const frame = this.#frames.at(-1)
    const isList = frame?.isList ?? true
    if (byte === (isList ? BYTE.closeList : BYTE.close)) return this.#leave(position)
    if (frame !== undefined) frame.index++
    return this.#expectByte(byte === BYTE.comma, isList ? 'value' : 'name', position)
  }

  #enterName(byte: number, position: number): number {
    if (byte !== BYTE.quote) throw this.#failure()
    this.#extent.begin(byte)
    this.#name = []
    this.#nameSize = 0
    this.#expected = 'name end'
    return position
  }

  #enterValue(byte: number, position: number): number {
    const frame = this.#frames.at(-1)
    if (frame !== undefined && !frame.fits(frame.index, this.#lastName))
      return this.#pass(byte, position, false)
    if (frame !== undefined) this.#count(frame)
    let taken = frame?.taken ?? 0
    while (taken < this.#path.length) {
      const step = this.#path[taken]
      if (step === undefined) break
      const isList = byte === BYTE.openList
      const opens = step.kind === 'member' ? byte === BYTE.open : isList
      if (opens) return this.#enter(step, taken + 1, position)
      if (step.kind !== 'wildcard') {
        this.#writer.endRecord()
        return this.#pass(byte, position, false)
      }
      taken++
    }
    return this.#pass(byte, position, true)
  }

  #count(frame: Frame): void {
    frame.found++
    if (frame.found > 1 && !frame.isList) {
      throw new SelectError(
        'AmbiguousFieldName',
        'A name of the path behind FROM occurs more than once in a record.',
      )
    }
  }

  #enter(step: PathStep, taken: number, position: number): number {
    const isList = step.kind !== 'member'
    this.#frames.push({
      isList,
      fits: fitsOf(step),
      taken,
      needsOne: step.kind !== 'wildcard',
      index: 0,
      found: 0,
    })
    this.#expected = isList ? 'first value' : 'first name'
    return position + 1
  }

  #leave(position: number): number {
    const frame = this.#frames.pop()
    if (frame === undefined) throw this.#failure()
    if (frame.needsOne && frame.found === 0) this.#writer.endRecord()
    this.#afterValue()
    return position + 1
  }

  #afterValue(): void {
    this.#expected = this.#frames.length === 0 ? 'value' : 'comma'
  }

  /** Over a whole value, which is a record, or is nothing to anybody. */
  #pass(byte: number, position: number, isCaptured: boolean): number {
    const isStray =
      byte === BYTE.close || byte === BYTE.closeList || byte === BYTE.comma || byte === BYTE.colon
    if (isStray) throw this.#failure()
    this.#extent.begin(byte)
    this.#isCaptured = isCaptured
    this.#expected = 'value end'
    return position
  }

  #stepInside(bytes: Buffer, position: number): number {
    const extent = this.#extent.advance(bytes, position)
    const end = this.#extent.position
    if (extent === 'broken')
      throw new SelectError('JSONParsingError', 'A string of JSON has a line break in it.')
    const isName = this.#expected === 'name end'
    if (isName) this.#keepName(bytes.subarray(position, end))
    else if (this.#isCaptured) this.#writer.write(bytes.subarray(position, end))
    if (extent === 'break') return end + 1
    if (extent === 'closed') isName ? this.#endName() : this.#endValue()
    return end
  }

  #keepName(bytes: Buffer): void {
    this.#nameSize += bytes.length
    if (this.#nameSize > RECORD_SIZE_MAX) throw tooLarge('A name')
    this.#name.push(Buffer.from(bytes))
  }

  #endName(): void {
    try {
      this.#lastName = String(JSON.parse(Buffer.concat(this.#name).toString()))
    } catch (cause) {
      throw new SelectError('JSONParsingError', 'A name of JSON has an escape that is none.', { cause })
    }
    this.#expected = 'colon'
  }

  #endValue(): void {
    if (this.#isCaptured) this.#writer.endRecord()
    this.#isCaptured = false
    this.#afterValue()
  }
}

function fitsOf(step: PathStep): Frame['fits'] {
  if (step.kind === 'wildcard') return () => true
  if (step.kind === 'index') return (index) => index === step.index
  const test = memberTest(step.identifier)
  return (_index, name) => test(name)
}
