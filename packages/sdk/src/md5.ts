// MD5 in plain TypeScript, for browsers, whose own crypto has none. Small, so that it is not worth loading apart.
import type { Md5 } from './platform.js'

const BLOCK = 64
/** How far each of four steps in turn rotates, for each of the four kinds of round. */
const SHIFTS = Uint8Array.of(7, 12, 17, 22, 5, 9, 14, 20, 4, 11, 16, 23, 6, 10, 15, 21)

export function createMd5(): Md5 {
  const hasher = new Hasher()
  return {
    update: (bytes) => hasher.update(bytes),
    base64: () => hasher.base64(),
  }
}

class Hasher {
  readonly #state = Int32Array.of(0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476)
  readonly #words = new Int32Array(16)
  readonly #rest = new Uint8Array(BLOCK)
  /** By the sine of each round's number, as RFC 1321 has it. */
  readonly #sines = Int32Array.from({ length: 64 }, (_, at) =>
    Math.floor(Math.abs(Math.sin(at + 1)) * 2 ** 32),
  )
  #length = 0

  update(bytes: Uint8Array): void {
    let at = 0
    const held = this.#length % BLOCK
    this.#length += bytes.length
    if (held > 0) {
      at = Math.min(BLOCK - held, bytes.length)
      this.#rest.set(bytes.subarray(0, at), held)
      if (held + at < BLOCK) return
      this.#take(viewOf(this.#rest), 0)
    }
    const view = viewOf(bytes)
    for (; at + BLOCK <= bytes.length; at += BLOCK) this.#take(view, at)
    this.#rest.set(bytes.subarray(at))
  }

  /** The end: nothing may be added after it. */
  base64(): string {
    const bits = this.#length * 8
    const held = this.#length % BLOCK
    const end = new Uint8Array(held < 56 ? 64 - held : 128 - held)
    end[0] = 0x80
    const view = new DataView(end.buffer)
    view.setUint32(end.length - 8, bits >>> 0, true)
    view.setUint32(end.length - 4, Math.floor(bits / 2 ** 32), true)
    this.update(end)
    const digest = new DataView(new ArrayBuffer(16))
    this.#state.forEach((word, at) => {
      digest.setInt32(at * 4, word, true)
    })
    return btoa(String.fromCharCode(...new Uint8Array(digest.buffer)))
  }

  #take(view: DataView, from: number): void {
    for (let at = 0; at < 16; at++) this.#words[at] = view.getInt32(from + at * 4, true)
    compress(this.#state, this.#words, this.#sines)
  }
}

/** The four kinds of round have a loop each: a branch in one loop would cost most of the speed. */
function compress(state: Int32Array, words: Int32Array, sines: Int32Array): void {
  let a = int(state[0])
  let b = int(state[1])
  let c = int(state[2])
  let d = int(state[3])
  for (let at = 0; at < 16; at++) {
    const sum = (a + ((b & c) | (~b & d)) + int(sines[at]) + int(words[at])) | 0
    a = d
    d = c
    c = b
    b = (b + rotated(sum, int(SHIFTS[at & 3]))) | 0
  }
  for (let at = 16; at < 32; at++) {
    const sum = (a + ((d & b) | (~d & c)) + int(sines[at]) + int(words[(5 * at + 1) & 15])) | 0
    a = d
    d = c
    c = b
    b = (b + rotated(sum, int(SHIFTS[4 | (at & 3)]))) | 0
  }
  for (let at = 32; at < 48; at++) {
    const sum = (a + (b ^ c ^ d) + int(sines[at]) + int(words[(3 * at + 5) & 15])) | 0
    a = d
    d = c
    c = b
    b = (b + rotated(sum, int(SHIFTS[8 | (at & 3)]))) | 0
  }
  for (let at = 48; at < 64; at++) {
    const sum = (a + (c ^ (b | ~d)) + int(sines[at]) + int(words[(7 * at) & 15])) | 0
    a = d
    d = c
    c = b
    b = (b + rotated(sum, int(SHIFTS[12 | (at & 3)]))) | 0
  }
  state[0] = int(state[0]) + a
  state[1] = int(state[1]) + b
  state[2] = int(state[2]) + c
  state[3] = int(state[3]) + d
}

function rotated(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits))
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
}

/** An element of a typed array within its bounds. */
function int(word: number | undefined): number {
  return word as number
}
