// Queries over JSON, one value on a line.

import { JsonParser } from '../input/json-parser.js'
import { RECORD_SIZE_MAX } from '../input/limits.js'
import { compilePath, expandPath, memberTest } from '../input/path.js'
import { withoutMark } from '../input/text.js'
import type { Reference } from '../language/ast.js'
import { ResultBuffer } from '../output/record-writer.js'
import type { JsonInput } from '../request.js'
import { tooLarge } from '../values/text.js'
import { Struct, type Value } from '../values/value.js'
import { compileProgram, type RowProgram, type Workplace } from './row-program.js'

const NO_RECORDS: readonly Value[] = []
const ONE_MISSING: readonly Value[] = [undefined]

export class JsonInterpreter {
  readonly #work: Workplace
  readonly #input: JsonInput
  readonly #program: RowProgram<Value>
  readonly #parser: JsonParser

  constructor(work: Workplace, input: JsonInput) {
    this.#work = work
    this.#input = input
    this.#parser = new JsonParser(wantedMembers(work, input))
    this.#program = compileProgram(
      work,
      (reference) => this.#follow(reference),
      (value) => this.#writeAll(value),
    )
  }

  #follow(reference: Reference): (value: Value) => Value {
    const field = this.#work.query.fields.get(reference)
    return compilePath(field?.kind === 'path' ? field.steps : [])
  }

  #writeAll(value: Value): string {
    const { writer } = this.#work
    if (value === undefined) return writer.all([], [])
    return value instanceof Struct ? writer.all(value.values, value.names) : writer.all([value], [])
  }

  *run(source: string, isFirst: boolean): Iterable<Uint8Array> {
    const { state } = this.#work
    const text = isFirst ? withoutMark(source) : source
    const results = new ResultBuffer()
    let start = 0
    while (start < text.length && !state.isDone) {
      const found = text.indexOf('\n', start)
      const end = found === -1 ? text.length : found
      this.#runLine(results, text, { start, end })
      if (results.isFull) yield results.take()
      start = end + 1
    }
    if (!results.isEmpty) yield results.take()
  }

  #runLine(results: ResultBuffer, text: string, line: Line): void {
    const { state } = this.#work
    for (const value of this.#recordsOf(text, line)) {
      if (state.isDone) return
      const result = this.#program(value)
      if (result !== undefined) results.add(result)
    }
  }

  #recordsOf(text: string, line: Line): readonly Value[] {
    const isDocument = this.#input.layout === 'DOCUMENT'
    if (isBlank(text, line)) return isDocument ? ONE_MISSING : NO_RECORDS
    if (line.end - line.start > RECORD_SIZE_MAX / 3) checkSize(text.slice(line.start, line.end))
    const value = this.#parser.parseLine(text, line.start)
    const { path } = this.#work.query.statement.from
    // A document's path was walked when it was cut into records.
    return isDocument || path.length === 0 ? [value] : expandPath(value, path)
  }
}

/** Which members of a record the query looks at; undefined where it may be any. */
function wantedMembers({ query }: Workplace, input: JsonInput): ((name: string) => boolean) | undefined {
  const walksDown =
    input.layout === 'LINES' && query.statement.from.path.some(({ kind }) => kind !== 'wildcard')
  if (query.output === '*' || walksDown) return undefined
  const tests: ((name: string) => boolean)[] = []
  for (const field of query.fields.values()) {
    const first = field.kind === 'path' ? field.steps[0] : undefined
    if (first?.kind !== 'member') return undefined
    tests.push(memberTest(first.identifier))
  }
  return (name) => tests.some((test) => test(name))
}

/** Of a text, without its delimiter. */
interface Line {
  readonly start: number
  readonly end: number
}

const SPACE = 32

function isBlank(text: string, { start, end }: Line): boolean {
  for (let index = start; index < end; index++) {
    if (text.charCodeAt(index) > SPACE) return false
  }
  return true
}

function checkSize(line: string): void {
  if (line.length > RECORD_SIZE_MAX || Buffer.byteLength(line) > RECORD_SIZE_MAX) throw tooLarge('A record')
}
