// SHA-1 and HMAC-SHA-1 for signatures. Every request needs three of them, so they avoid Node's hash objects, which
// cost more to make than such short texts cost to hash: an HMAC is two one-shot hashes over its key's pads.
import { hash } from 'node:crypto'
import type { Sha1 } from '@coset/protocol'

const BLOCK = 64
const DIGEST = 20
const PADS_MAX = 1024

interface Pads {
  /** The key xor 0x36, and room behind it for a text. */
  readonly inner: Buffer
  /** The key xor 0x5c. */
  readonly outer: Buffer
}

export function createSha1(): Sha1 {
  const pads = new Map<string, Pads>()
  let scratch = Buffer.alloc(1024)
  const outerScratch = Buffer.alloc(BLOCK + DIGEST)

  function padsOf(key: string): Pads {
    const known = pads.get(key)
    if (known) return known
    const made = makePads(key)
    const oldest = pads.keys().next()
    if (pads.size >= PADS_MAX && !oldest.done) pads.delete(oldest.value)
    pads.set(key, made)
    return made
  }

  return {
    hash: (text) => hash('sha1', text),
    hmac(key, text) {
      const { inner, outer } = padsOf(key)
      // At most three bytes of UTF-8 to each UTF-16 unit.
      if (scratch.length < BLOCK + text.length * 3) scratch = Buffer.alloc(BLOCK + text.length * 3)
      inner.copy(scratch)
      const end = BLOCK + scratch.write(text, BLOCK)
      outer.copy(outerScratch)
      hash('sha1', scratch.subarray(0, end), 'buffer').copy(outerScratch, BLOCK)
      return hash('sha1', outerScratch)
    },
  }
}

function makePads(key: string): Pads {
  const bytes = Buffer.from(key)
  const block = Buffer.alloc(BLOCK)
  const short = bytes.length > BLOCK ? hash('sha1', bytes, 'buffer') : bytes
  short.copy(block)
  return {
    inner: block.map((byte) => byte ^ 0x36) as Buffer,
    outer: block.map((byte) => byte ^ 0x5c) as Buffer,
  }
}
