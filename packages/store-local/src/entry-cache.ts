// Entries read of late, kept so that reading them again copies nothing. Each read still asks the store for the row's
// stamp, so what another process wrote is seen at once.
import type { Entry } from '@coset/core'

/** Two generations of at most this many bytes each. */
const GENERATION_BYTES_MAX = 8 * 1024 * 1024
/** What an entry costs besides its bytes, roughly. */
const ENTRY_BYTES = 300

export class EntryCache {
  #young = new Map<string, Entry>()
  #old = new Map<string, Entry>()
  #youngBytes = 0

  get(name: string): Entry | undefined {
    const entry = this.#young.get(name)
    if (entry) return entry
    const old = this.#old.get(name)
    if (old) this.set(name, old)
    return old
  }

  /** When the young generation is full it becomes the old one, and what was not used meanwhile is dropped. */
  set(name: string, entry: Entry): void {
    if (this.#youngBytes > GENERATION_BYTES_MAX) {
      this.#old = this.#young
      this.#young = new Map()
      this.#youngBytes = 0
    }
    this.#young.set(name, entry)
    this.#youngBytes += entry.value.length + name.length + ENTRY_BYTES
  }
}
