// Random uploads as data: which parts come, in which order, from where, and which of them are listed in the end.
import { LIMITS } from '@coset/model'
import { bytesNamed, type SeededRandom } from '@coset/testkit'

const KIB = 1024
const MIB = LIMITS.partBytesMin
const LAST_SIZES = [0, 1, 100, 8 * KIB, 8 * KIB + 1, MIB - 1]
const SPANS = 8
const SIZES = [MIB, MIB, MIB + 1, MIB + 8 * KIB, MIB + 70_001]

/** An object that is there, to copy parts from; by its key. */
export interface Source {
  readonly key: string
  readonly bytes: Buffer
}

export interface ScriptedPart {
  readonly number: number
  readonly bytes: Buffer
  readonly copied: { readonly key: string; readonly first: number; readonly last: number } | undefined
}

export interface Script {
  /** In the order in which they are sent; of one number, the last counts. */
  readonly sent: readonly ScriptedPart[]
  /** In ascending order. */
  readonly listed: readonly ScriptedPart[]
}

export function scriptOf(random: SeededRandom, name: string, sources: readonly Source[]): Script {
  const numbers = numbersOf(random, 1 + random.below(5))
  const largest = numbers.at(-1)
  const parts = numbers.map((number) => {
    const isLast = number === largest
    return partOf(random, sources, { name: `${name} ${number}`, number, isLast })
  })
  const replaced = parts
    .filter(() => random.chance(25))
    .map(({ number }) => partOf(random, sources, { name: `${name} ${number} before`, number, isLast: false }))
  // Of a number sent twice, the one that counts comes last: replaced ones go first, in any order.
  const sent = [...shuffled(random, replaced), ...shuffled(random, parts)]
  const listed = parts.filter(({ number }) => number === largest || !random.chance(20))
  return { sent, listed }
}

/** Ascending, with gaps; now and then up to the last there can be. */
function numbersOf(random: SeededRandom, count: number): readonly number[] {
  const numbers: number[] = []
  for (let number = 0; numbers.length < count; ) {
    number += 1 + (random.chance(30) ? random.below(200) : 0)
    numbers.push(number)
  }
  if (random.chance(15)) numbers[numbers.length - 1] = LIMITS.partsMax
  return numbers
}

interface PartName {
  /** Of its content. */
  readonly name: string
  readonly number: number
  /** It may be small. */
  readonly isLast: boolean
}

function partOf(
  random: SeededRandom,
  sources: readonly Source[],
  { name, number, isLast }: PartName,
): ScriptedPart {
  const size = isLast && random.chance(60) ? random.pick(LAST_SIZES) : random.pick(SIZES)
  const fitting = sources.filter(({ bytes }) => bytes.length >= size)
  if (size === 0 || fitting.length === 0 || !random.chance(40))
    return { number, bytes: bytesNamed(name, size), copied: undefined }
  const { key, bytes } = random.pick(fitting)
  const first = random.below(bytes.length - size + 1)
  return {
    number,
    bytes: bytes.subarray(first, first + size),
    copied: { key, first, last: first + size - 1 },
  }
}

function shuffled<T>(random: SeededRandom, list: readonly T[]): readonly T[] {
  const left = [...list]
  return list.map(() => left.splice(random.below(left.length), 1)[0] as T)
}

export interface ByteSpan {
  readonly first: number
  readonly last: number
}

/** All short spans at the borders of parts, some between two borders, and some at random. */
export function spansOf(random: SeededRandom, parts: readonly ScriptedPart[]): readonly ByteSpan[] {
  let end = 0
  const ends = parts.map(({ bytes }) => {
    end += bytes.length
    return end
  })
  const near = [0, ...ends].flatMap((border) => [border - 1, border, border + 1])
  const points = [...new Set(near)].filter((point) => point >= 0 && point < end)
  const all = points.flatMap((first) => points.map((last) => ({ first, last })))
  const spans = all.filter(({ first, last }) => last >= first)
  const short = spans.filter(({ first, last }) => last - first <= 2)
  const long = shuffled(random, spans).slice(0, SPANS)
  if (end === 0) return []
  const anywhere = Array.from({ length: SPANS }, () => {
    const first = random.below(end)
    return { first, last: first + random.below(end - first) }
  })
  return [...short, ...long, ...anywhere]
}
