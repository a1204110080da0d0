// CRC-64/XZ, COS's x-cos-hash-crc64ecma: of whole texts, of streams, and of two texts joined.
import { createCRC64, type IHasher } from 'hash-wasm'

/** The polynomial 0x42F0E1EBA9EA3693 with its bits reversed. */
const POLYNOMIAL = 'c96c5795d7870f42'

export interface Crc64Engine {
  of(bytes: Uint8Array): bigint
  create(): Crc64
  /** As combineCrc64. */
  combine(a: bigint, b: bigint, lengthB: number): bigint
}

/** The checksum of a stream. */
export interface Crc64 {
  update(bytes: Uint8Array): void
  /** Of all bytes so far; more may follow. */
  digest(): bigint
}

let engine: Promise<Crc64Engine> | undefined

/** Compiles the WebAssembly once; every caller shares the one instance. */
export function loadCrc64(): Promise<Crc64Engine> {
  // A page whose Content-Security-Policy lacks 'wasm-unsafe-eval' may not compile any.
  engine ??= createCRC64(POLYNOMIAL).then(crc64Engine, plainCrc64Engine)
  return engine
}

/** Without WebAssembly, at a fifth of the speed. */
export function plainCrc64Engine(): Crc64Engine {
  const table = crc64Table()
  const create = (): Crc64 => {
    let high = -1
    let low = -1
    return {
      update(bytes) {
        for (let at = 0; at < bytes.length; at++) {
          const entry = ((low ^ word(bytes[at])) & 0xff) * 2
          low = ((low >>> 8) | (high << 24)) ^ word(table[entry + 1])
          high = (high >>> 8) ^ word(table[entry])
        }
      },
      digest: () => (BigInt(~high >>> 0) << 32n) | BigInt(~low >>> 0),
    }
  }
  return {
    combine: combineCrc64,
    create,
    of(bytes) {
      const crc = create()
      crc.update(bytes)
      return crc.digest()
    },
  }
}

/** What each byte does to the sum: high word, low word, by turns. */
function crc64Table(): Int32Array {
  const table = new Int32Array(512)
  for (let byte = 0; byte < 256; byte++) {
    let high = 0
    let low = byte
    for (let bit = 0; bit < 8; bit++) {
      const term = -(low & 1)
      low = ((low >>> 1) | (high << 31)) ^ (POLYNOMIAL_LOW & term)
      high = (high >>> 1) ^ (POLYNOMIAL_HIGH & term)
    }
    table[byte * 2] = high
    table[byte * 2 + 1] = low
  }
  return table
}

/** An element of a typed array within its bounds. */
function word(element: number | undefined): number {
  return element as number
}

/**
 * All streams share one hasher, by `load` and `save` around each update. Measured, that is about 1 µs for an
 * update, 2 % at 64 KiB; a pool of instances would cost memory, and combining chunks more time than this.
 * No call of another stream can come in between, as an update is synchronous.
 */
function crc64Engine(hasher: IHasher): Crc64Engine {
  const empty = hasher.init().save()
  return {
    combine: combineCrc64,
    of: (bytes) => digestOf(hasher.init().update(bytes)),
    create() {
      let state = empty
      return {
        update(bytes) {
          state = hasher.load(state).update(bytes).save()
        },
        digest: () => digestOf(hasher.load(state)),
      }
    },
  }
}

function digestOf(hasher: IHasher): bigint {
  return BigInt(`0x${hasher.digest('hex')}`)
}

/**
 * The checksum of two texts joined, from those of the two and the length of the second, in bytes.
 *
 * A CRC is a polynomial over GF(2): appending n zero bytes multiplies it by x^(8n), and the checksum of the
 * second text is then added. The power is a product of the squares x^(2^k) that the bits of 8n name: one
 * product for a length that is a power of two, some twenty at worst, so that no operator is kept per length.
 */
export function combineCrc64(a: bigint, b: bigint, lengthB: number): bigint {
  if (!Number.isSafeInteger(lengthB) || lengthB < 0) throw new RangeError('lengthB must be a whole number')
  let product = toPolynomial(a)
  // Starts at x^8: bytes, not bits. Division instead of a shift, as lengths pass 32 bits.
  for (let rest = lengthB, exponent = 3; rest > 0; rest = Math.floor(rest / 2), exponent++) {
    if (rest % 2 === 1) product = multiply(product, square(exponent))
  }
  return ((BigInt(product.high) << 32n) | BigInt(product.low)) ^ b
}

/** Coefficients with x^0 in the highest bit of `high`, as two unsigned 32-bit numbers: BigInt is slow here. */
interface Polynomial {
  readonly high: number
  readonly low: number
}

const POLYNOMIAL_HIGH = 0xc96c5795
const POLYNOMIAL_LOW = 0xd7870f42

function toPolynomial(crc: bigint): Polynomial {
  return { high: Number(crc >> 32n), low: Number(crc & 0xffffffffn) }
}

/** `x^(2^k)` at index k, filled as far as it was asked for. */
const SQUARES: Polynomial[] = [{ high: 0x40000000, low: 0 }]

function square(exponent: number): Polynomial {
  const known = SQUARES[exponent]
  if (known) return known
  const root = square(exponent - 1)
  const made = multiply(root, root)
  SQUARES[exponent] = made
  return made
}

/** a * b modulo the polynomial: adds b * x^i for each coefficient i of a. */
function multiply(a: Polynomial, b: Polynomial): Polynomial {
  let { high, low } = b
  let productHigh = 0
  let productLow = 0
  for (let i = 0; i < 64; i++) {
    // Masks of all ones or all zeros in the place of branches, which random bits would mispredict.
    const term = i < 32 ? -((a.high >>> (31 - i)) & 1) : -((a.low >>> (63 - i)) & 1)
    productHigh ^= high & term
    productLow ^= low & term
    const overflow = -(low & 1)
    low = ((low >>> 1) | (high << 31)) ^ (POLYNOMIAL_LOW & overflow)
    high = (high >>> 1) ^ (POLYNOMIAL_HIGH & overflow)
  }
  return { high: productHigh >>> 0, low: productLow >>> 0 }
}
