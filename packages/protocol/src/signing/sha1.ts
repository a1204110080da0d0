// SHA-1 and HMAC-SHA-1 in plain TypeScript, synchronous and without objects to make: signatures hash a few hundred
// bytes at a time, for which calls into native code cost more than the hashing, and browsers have no synchronous
// hash at all. Only for signatures; contents are hashed by the platform.
import type { Sha1 } from './sign.js'

const BLOCK = 64
const KEYS_MAX = 1024
const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))

/** The five words of a hash that is under way. */
type State = readonly [number, number, number, number, number]

const START: State = [0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0]

/** The states after the first blocks of an HMAC, which depend on its key alone. */
interface Pads {
  readonly inner: State
  readonly outer: State
}

/** One for each user: it is not reentrant, and keeps the pads of the keys it has seen of late. */
export function createSha1(): Sha1 {
  const hasher = new Hasher()
  const pads = new Map<string, Pads>()
  const padsOf = (key: string): Pads => {
    const known = pads.get(key)
    if (known) return known
    const made = hasher.pads(key)
    const oldest = pads.keys().next()
    if (pads.size >= KEYS_MAX && !oldest.done) pads.delete(oldest.value)
    pads.set(key, made)
    return made
  }
  return {
    hash(text) {
      hasher.finish(START, 0, hasher.fill(text))
      return hasher.hex()
    },
    hmac(key, text) {
      const { inner, outer } = padsOf(key)
      hasher.finish(inner, BLOCK, hasher.fill(text))
      hasher.finish(outer, BLOCK, hasher.refill())
      return hasher.hex()
    },
  }
}

class Hasher {
  readonly #encoder = new TextEncoder()
  readonly #words = new Int32Array(80)
  readonly #state = new Int32Array(5)
  #bytes = new Uint8Array(4096)
  #view = new DataView(this.#bytes.buffer)

  /** Takes a text as what to hash, and tells how many bytes it is. */
  fill(text: string | Uint8Array): number {
    // Room for UTF-8 at its longest, the final bit, the length, and the rest of a block.
    this.#reserve(text.length * 3 + 2 * BLOCK)
    const bytes = this.#bytes
    if (typeof text !== 'string') {
      bytes.set(text)
      return text.length
    }
    for (let at = 0; at < text.length; at++) {
      const unit = text.charCodeAt(at)
      if (unit > 0x7f) return this.#encoder.encodeInto(text, bytes).written
      bytes[at] = unit
    }
    return text.length
  }

  /** Takes the digest as what to hash next. */
  refill(): number {
    for (let at = 0; at < 5; at++) this.#view.setInt32(at * 4, int(this.#state[at]))
    return 20
  }

  /** Hashes the first `length` bytes, going on from `start`, which has taken `before` bytes already. */
  finish(start: State, before: number, length: number): void {
    this.#state.set(start)
    const end = Math.ceil((length + 9) / BLOCK) * BLOCK
    this.#bytes.fill(0, length, end)
    this.#bytes[length] = 0x80
    const bits = (before + length) * 8
    this.#view.setUint32(end - 8, Math.floor(bits / 0x1_0000_0000))
    this.#view.setUint32(end - 4, bits >>> 0)
    for (let from = 0; from < end; from += BLOCK) this.#take(from)
  }

  hex(): string {
    let text = ''
    for (let at = 0; at < 5; at++) {
      const word = int(this.#state[at])
      text += `${HEX[word >>> 24]}${HEX[(word >>> 16) & 0xff]}${HEX[(word >>> 8) & 0xff]}${HEX[word & 0xff]}`
    }
    return text
  }

  pads(key: string): Pads {
    let length = this.fill(key)
    if (length > BLOCK) {
      this.finish(START, 0, length)
      length = this.refill()
    }
    this.#bytes.fill(0, length, BLOCK)
    const block = this.#bytes.slice(0, BLOCK)
    return { inner: this.#after(block, 0x36), outer: this.#after(block, 0x5c) }
  }

  #after(block: Uint8Array, pad: number): State {
    for (let at = 0; at < BLOCK; at++) this.#bytes[at] = (block[at] ?? 0) ^ pad
    this.#state.set(START)
    this.#take(0)
    const [a = 0, b = 0, c = 0, d = 0, e = 0] = this.#state
    return [a, b, c, d, e]
  }

  #take(from: number): void {
    expand(this.#view, from, this.#words)
    compress(this.#state, this.#words)
  }

  #reserve(size: number): void {
    if (this.#bytes.length >= size) return
    this.#bytes = new Uint8Array(size * 2)
    this.#view = new DataView(this.#bytes.buffer)
  }
}

/**
 * The eighty rounds over expanded words. The four kinds of round have a loop each: a branch in one loop would cost
 * half the speed.
 */
function compress(state: Int32Array, words: Int32Array): void {
  let a = int(state[0])
  let b = int(state[1])
  let c = int(state[2])
  let d = int(state[3])
  let e = int(state[4])
  for (let at = 0; at < 20; at++) {
    const turn = (((a << 5) | (a >>> 27)) + ((b & c) | (~b & d)) + e + 0x5a827999 + int(words[at])) | 0
    e = d
    d = c
    c = (b << 30) | (b >>> 2)
    b = a
    a = turn
  }
  for (let at = 20; at < 40; at++) {
    const turn = (((a << 5) | (a >>> 27)) + (b ^ c ^ d) + e + 0x6ed9eba1 + int(words[at])) | 0
    e = d
    d = c
    c = (b << 30) | (b >>> 2)
    b = a
    a = turn
  }
  for (let at = 40; at < 60; at++) {
    const turn =
      (((a << 5) | (a >>> 27)) + ((b & c) | (b & d) | (c & d)) + e + 0x8f1bbcdc + int(words[at])) | 0
    e = d
    d = c
    c = (b << 30) | (b >>> 2)
    b = a
    a = turn
  }
  for (let at = 60; at < 80; at++) {
    const turn = (((a << 5) | (a >>> 27)) + (b ^ c ^ d) + e + 0xca62c1d6 + int(words[at])) | 0
    e = d
    d = c
    c = (b << 30) | (b >>> 2)
    b = a
    a = turn
  }
  state[0] = int(state[0]) + a
  state[1] = int(state[1]) + b
  state[2] = int(state[2]) + c
  state[3] = int(state[3]) + d
  state[4] = int(state[4]) + e
}

/** The sixteen words of a block, and the eighty that follow from them. */
function expand(view: DataView, from: number, words: Int32Array): void {
  for (let at = 0; at < 16; at++) words[at] = view.getInt32(from + at * 4)
  for (let at = 16; at < 80; at++) {
    const word = int(words[at - 3]) ^ int(words[at - 8]) ^ int(words[at - 14]) ^ int(words[at - 16])
    words[at] = (word << 1) | (word >>> 31)
  }
}

/** An element of a typed array within its bounds. */
function int(word: number | undefined): number {
  return word as number
}
