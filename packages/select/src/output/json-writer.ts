// Results as JSON, one struct a record.
import type { JsonOutput } from '../request.js'
import { jsonText } from '../values/text.js'
import type { Value } from '../values/value.js'
import type { RecordWriter } from './record-writer.js'

export class JsonWriter implements RecordWriter {
  readonly #delimiter: string
  readonly #keys: readonly string[]
  readonly #known = new Map<string, string>()

  /** @param names Of the columns that are asked for. */
  constructor(output: JsonOutput, names: readonly string[]) {
    this.#delimiter = output.recordDelimiter
    this.#keys = names.map(keyOf)
  }

  columns(values: readonly Value[]): string {
    let members = ''
    for (let index = 0; index < values.length; index++) {
      const value = values[index]
      if (value === undefined) continue
      members += `${members === '' ? '' : ','}${this.#keys[index]}${jsonText(value)}`
    }
    return `{${members}}${this.#delimiter}`
  }

  all(values: readonly Value[], names: readonly (string | undefined)[]): string {
    let members = ''
    for (let index = 0; index < values.length; index++) {
      const value = values[index]
      if (value === undefined) continue
      const key = this.#key(names[index] ?? `_${index + 1}`)
      members += `${members === '' ? '' : ','}${key}${jsonText(value)}`
    }
    return `{${members}}${this.#delimiter}`
  }

  #key(name: string): string {
    const known = this.#known.get(name)
    if (known !== undefined) return known
    const key = keyOf(name)
    // Names may be without end, memory is not.
    if (this.#known.size < 1000) this.#known.set(name, key)
    return key
  }
}

function keyOf(name: string): string {
  return `${JSON.stringify(name)}:`
}
