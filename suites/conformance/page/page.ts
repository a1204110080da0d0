// The document whose operations coset sets out to implement, section by section: Tencent's "Object Operations" of the
// Python SDK, 2021-06-11. What each operation takes and tells is transcribed with the document's own names.
import { ADVANCED } from './sections-advanced.js'
import { MULTIPART } from './sections-multipart.js'
import { SIMPLE } from './sections-simple.js'

/** A name of the document, and what our SDK calls it where that differs: a path into a method's input or output. */
export type Name = string | readonly [name: string, member: string]

export interface Section {
  readonly title: string
  /** The API of COS, where the section is about one. */
  readonly api: string | undefined
  readonly python: string
  /** The method of our client, or undefined for programs that the document shows. */
  readonly method: string | undefined
  readonly takes: readonly Name[]
  readonly tells: readonly Name[]
}

export interface Chapter {
  readonly title: string
  readonly sections: readonly Section[]
}

export const PAGE: readonly Chapter[] = [
  { title: 'Simple operations', sections: SIMPLE },
  { title: 'Multipart operations', sections: MULTIPART },
  { title: 'Advanced APIs and samples', sections: ADVANCED },
]

export const SECTIONS: readonly Section[] = PAGE.flatMap(({ sections }) => sections)

/** What cases and reasons are filed under: the method, or the Python name of what has none. */
export function subjectOf({ method, python }: Section): string {
  return method ?? python
}

export function nameOf(name: Name): string {
  return typeof name === 'string' ? name : name[0]
}

export function memberOf(name: Name): string {
  return typeof name === 'string' ? name : name[1]
}
