// What a path leads to within a value.
import type { FieldStep } from '../analysis/query.js'
import { SelectError } from '../errors.js'
import type { Identifier, PathStep } from '../language/ast.js'
import { printIdentifier } from '../language/print.js'
import { Struct, type Value } from '../values/value.js'

type Follow = (value: Value) => Value

/** MISSING where the path leads nowhere. The function throws AmbiguousFieldName. */
export function compilePath(steps: readonly FieldStep[]): Follow {
  const follows = steps.map((step) =>
    step.kind === 'index' ? followIndex(step.index) : followMember(step.identifier),
  )
  const [first] = follows
  if (first === undefined) return (value) => value
  if (follows.length === 1) return first
  return (value) => follows.reduce((inner, follow) => follow(inner), value)
}

function followIndex(index: number): Follow {
  return (value) => (Array.isArray(value) ? value[index] : undefined)
}

function followMember(identifier: Identifier): Follow {
  const fits = memberTest(identifier)
  return (value) => {
    if (!(value instanceof Struct)) return undefined
    const index = value.names.findIndex(fits)
    if (index === -1) return undefined
    if (value.names.slice(index + 1).some(fits)) throw ambiguous(identifier)
    return value.values[index]
  }
}

/** Whether a name of JSON is the one that is meant; faster than a general comparison. */
export function memberTest({ name, quoted }: Identifier): (other: string) => boolean {
  const lower = name.toLowerCase()
  return (other) => {
    if (other.length !== name.length) return false
    return other === name || (!quoted && other.toLowerCase() === lower)
  }
}

function ambiguous(identifier: Identifier): SelectError {
  const message = `A record has more than one field called ${printIdentifier(identifier)}; in double quotes case counts.`
  return new SelectError('AmbiguousFieldName', message)
}

/** The values FROM's path names in one value; MISSING is one too. `[*]` opens a list, and leaves other values whole. */
export function expandPath(value: Value, path: readonly PathStep[]): readonly Value[] {
  let values: readonly Value[] = [value]
  for (const step of path) {
    if (step.kind === 'wildcard') values = values.flatMap((one) => (Array.isArray(one) ? one : [one]))
    else values = values.map(step.kind === 'index' ? followIndex(step.index) : followMember(step.identifier))
  }
  return values
}
