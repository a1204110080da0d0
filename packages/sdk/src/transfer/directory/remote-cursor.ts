// Objects of a list, found by keys that only grow: no more than a page is in memory, and what lies between is left out.
import { compareKeys } from '../../key-order.js'
import { type ListedObject, type ListObjectsPage, objectPages } from '../../pages.js'

export interface CursorInput {
  readonly Bucket: string
  readonly Prefix: string
}

export type ListPage = (
  input: CursorInput & { readonly Marker?: string | undefined },
) => Promise<ListObjectsPage>

export class RemoteCursor {
  readonly #list: ListPage
  readonly #input: CursorInput
  #pages: AsyncIterator<ListObjectsPage>
  #page: readonly ListedObject[] = []
  #at = 0
  #ended = false
  #started = false

  constructor(list: ListPage, input: CursorInput) {
    this.#list = list
    this.#input = input
    this.#pages = this.#pagesFrom(undefined)
  }

  /** The object of this key, which must not stand before the one asked for last. */
  async find(key: string): Promise<ListedObject | undefined> {
    for (;;) {
      for (let entry = this.#page[this.#at]; entry; entry = this.#page[++this.#at]) {
        const order = compareKeys(entry.Key, key)
        if (order === 0) return entry
        if (order > 0) return undefined
      }
      if (this.#ended) return undefined
      await this.#nextPage(key)
    }
  }

  async #nextPage(key: string): Promise<void> {
    const last = this.#page.at(-1)?.Key
    const marker = markerBefore(key)
    // The first page is asked for as it is: of a small folder it is all there is.
    if (this.#started && last !== undefined && compareKeys(marker, last) > 0) {
      this.#pages = this.#pagesFrom(marker)
    }
    this.#started = true
    const read = await this.#pages.next()
    this.#ended = read.done === true
    this.#page = read.done ? [] : read.value.Contents
    this.#at = 0
  }

  #pagesFrom(Marker: string | undefined): AsyncIterator<ListObjectsPage> {
    return objectPages((input) => this.#list({ ...this.#input, Marker: input.Marker }), {
      ...this.#input,
      Marker,
    })
  }
}

/** Something before the key, with little between them. */
function markerBefore(key: string): string {
  const code = key.charCodeAt(key.length - 1)
  const isPlain = code > 0x21 && code < 0x7f
  return key.slice(0, -1) + (isPlain ? String.fromCharCode(code - 1) : '')
}
