// The policy of a form: the JSON text that was signed, and whether the form keeps to it.
import { Fault } from '@coset/model'
import { parseIso } from '@coset/protocol'

type Condition =
  | { readonly kind: 'eq' | 'starts-with'; readonly name: string; readonly value: string }
  | { readonly kind: 'length'; readonly range: SizeRange }

export interface Policy {
  readonly expiration: Date
  readonly conditions: readonly Condition[]
}

/** Bytes of the file, both ends inside. */
export interface SizeRange {
  readonly min: number
  readonly max: number
}

const CONDITIONS_MAX = 256
const REQUIRED = ['q-sign-algorithm', 'q-ak', 'q-sign-time']

/** Throws `InvalidPolicyDocument`. */
export function parsePolicy(text: string): Policy {
  const json = parseJson(text)
  if (!isRecord(json)) throw invalid('The policy is a JSON object.')
  const { expiration, conditions } = json
  const ends = typeof expiration === 'string' ? parseIso(expiration) : undefined
  if (!ends) throw invalid('The policy has an expiration such as 2030-01-31T12:00:00.000Z.')
  if (!Array.isArray(conditions) || conditions.length > CONDITIONS_MAX) {
    throw invalid(`The policy has an array of at most ${CONDITIONS_MAX} conditions.`)
  }
  const parsed = conditions.flatMap(parseCondition)
  for (const name of REQUIRED) {
    if (!parsed.some((condition) => condition.kind === 'eq' && condition.name === name)) {
      throw invalid(`The policy has no condition that ${name} must equal.`)
    }
  }
  return { expiration: ends, conditions: parsed }
}

/** Throws `AccessDenied`. `field` gives what the form holds under a name in lower case. */
export function assertPolicy(
  { expiration, conditions }: Policy,
  field: (name: string) => string | undefined,
  nowMs: number,
): void {
  if (expiration.getTime() < nowMs) {
    const [end, now] = [expiration.toISOString(), new Date(nowMs).toISOString()]
    const message = `You post object request has been expired, expiration time: ${end} but the time now : ${now}`
    throw new Fault('AccessDenied', { message, serverTime: new Date(nowMs) })
  }
  for (const condition of conditions) {
    if (condition.kind === 'length') continue
    const { kind, name, value } = condition
    const given = field(name) ?? ''
    if (kind === 'eq' ? given === value : given.startsWith(value)) continue
    const rule = kind === 'eq' ? 'the value' : 'the beginning'
    throw new Fault('AccessDenied', { message: `Condition key ${name} doesn't match ${rule} ${value}` })
  }
}

/** What all length conditions together allow. */
export function sizeRangeOf({ conditions }: Policy): SizeRange {
  let range: SizeRange = { min: 0, max: Number.POSITIVE_INFINITY }
  for (const condition of conditions) {
    if (condition.kind !== 'length') continue
    const { min, max } = condition.range
    range = { min: Math.max(range.min, min), max: Math.min(range.max, max) }
  }
  return range
}

/** The stream, ended by `EntityTooLarge` at the first chunk too many, by `EntityTooSmall` when it ends too soon. */
export async function* withinRange(
  stream: AsyncIterable<Uint8Array>,
  { min, max }: SizeRange,
): AsyncGenerator<Uint8Array> {
  let bytes = 0
  for await (const chunk of stream) {
    bytes += chunk.length
    if (bytes > max) {
      throw new Fault('EntityTooLarge', { message: `The policy allows a file of at most ${max} bytes.` })
    }
    yield chunk
  }
  if (bytes < min) {
    throw new Fault('EntityTooSmall', { message: `The policy asks for a file of at least ${min} bytes.` })
  }
}

function parseCondition(json: unknown): readonly Condition[] {
  if (Array.isArray(json)) return [parseTriple(json)]
  if (!isRecord(json)) throw invalid('A condition is an object or an array.')
  return Object.entries(json).map(([name, value]) => {
    if (typeof value !== 'string') throw invalid(`The condition of ${name} has a text for its value.`)
    return { kind: 'eq', name: name.toLowerCase(), value }
  })
}

function parseTriple(json: readonly unknown[]): Condition {
  const [first, second, third] = json
  const kind = typeof first === 'string' ? first.toLowerCase() : ''
  if (json.length === 3 && kind === 'content-length-range' && isSize(second) && isSize(third)) {
    return { kind: 'length', range: { min: second, max: third } }
  }
  const isMatch = kind === 'eq' || kind === 'starts-with'
  if (json.length === 3 && isMatch && typeof second === 'string' && typeof third === 'string') {
    if (second.startsWith('$')) return { kind, name: second.slice(1).toLowerCase(), value: third }
  }
  throw invalid(
    'A condition in an array is ["eq", "$name", "value"], ["starts-with", "$name", "value"] or ["content-length-range", min, max].',
  )
}

function isSize(json: unknown): json is number {
  return typeof json === 'number' && Number.isSafeInteger(json) && json >= 0
}

function isRecord(json: unknown): json is Readonly<Record<string, unknown>> {
  return typeof json === 'object' && json !== null && !Array.isArray(json)
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new Fault('InvalidPolicyDocument', { message: 'The policy is not JSON.' }, { cause })
  }
}

function invalid(message: string): Fault {
  return new Fault('InvalidPolicyDocument', { message })
}
