// Tags of objects and buckets.
import { Fault } from './faults.js'
import { LIMITS } from './limits.js'

export interface Tag {
  readonly Key: string
  readonly Value: string
}

const NO_TAGS: readonly Tag[] = []

/** Tags from `k1=v1&k2=v2`, URL-encoded. Throws `InvalidTag`. */
export function parseTagging(text: string, tagsMax: number): readonly Tag[] {
  if (text === '') return NO_TAGS
  const tags = text
    .split('&')
    .filter((pair) => pair !== '')
    .map((pair) => {
      const [key = '', ...rest] = pair.split('=')
      return { Key: decode(key), Value: decode(rest.join('=')) }
    })
  assertTags(tags, tagsMax)
  return tags
}

/** Throws `InvalidTag` for too many tags, a repeated key, or characters COS does not allow. */
export function assertTags(tags: readonly Tag[], tagsMax: number): void {
  if (tags.length > tagsMax)
    throw new Fault('InvalidTag', { message: `At most ${tagsMax} tags are allowed.` })
  if (new Set(tags.map((tag) => tag.Key)).size < tags.length) {
    throw new Fault('InvalidTag', { message: 'A tag key occurs twice.' })
  }
  for (const { Key, Value } of tags) {
    const long = Key.length > LIMITS.tagKeyLengthMax || Value.length > LIMITS.tagValueLengthMax
    if (Key === '' || long || !ALLOWED.test(Key) || !ALLOWED.test(Value)) throw new Fault('InvalidTag')
  }
}

const ALLOWED = /^[\p{L}\p{N} +\-_=.:/]*$/u

function decode(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch (cause) {
    throw new Fault('InvalidTag', {}, { cause })
  }
}
