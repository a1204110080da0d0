// What encrypting and decrypting cost by themselves: a client whose requests go nowhere, beside Node's own ciphers.
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { type CosClient, nodePlatform, type Platform } from '@coset/sdk'
import { AESProvider, CosEncryptionClient } from '@coset/sdk/encryption'
import { report } from './report.js'
import { inTurn, type Side } from './rounds.js'

const MIB = 1024 * 1024
const CONTENT_BYTES = 128 * MIB
/** As files are read. */
const PIECE_BYTES = 512 * 1024
const SEGMENT_BYTES = 64 * 1024
/** Of no worth to anybody. */
const AES_KEY = randomBytes(32).toString('base64')
const OBJECT = { Bucket: 'bench-1250000000', Key: 'nowhere' }

type Transport = ReturnType<Platform['transport']>
type Format = 'sealed' | 'python'

/** Throughput of each format without a network, both ways. */
export async function ciphers(rounds: number): Promise<void> {
  for (const format of ['sealed', 'python'] as const) {
    const shelf = new Shelf()
    const encrypting = new CosEncryptionClient(
      { Endpoint: 'localhost:1', Scheme: 'http', CrcCheck: false },
      new AESProvider({ aes_key: AES_KEY }),
      { format },
      shelf.platform,
    )
    await put(encrypting)
    shelf.isFull = true
    await compare(`encrypt, ${format}`, rounds, [timed('coset', () => put(encrypting)), rawSealing(format)])
    await compare(`decrypt, ${format}`, rounds, [timed('coset', () => get(encrypting)), rawOpening(format)])
  }
}

async function compare(name: string, rounds: number, sides: readonly Side[]): Promise<void> {
  const ms = await inTurn(sides, rounds)
  const speed = (side: string) => (CONTENT_BYTES / MIB / (ms.get(side) ?? Number.NaN)) * 1000
  const [coset, reference] = [speed('coset'), speed('raw')]
  const of = 'node:crypto'
  report({ case: name, coset, reference, unit: 'MiB/s', of, target: 0.7, direction: 'least' })
}

/** In processor time, as nothing here waits for anything. */
function timed(name: string, run: () => Promise<void> | void): Side {
  return {
    name,
    async run() {
      const before = process.cpuUsage()
      await run()
      const { user, system } = process.cpuUsage(before)
      return (user + system) / 1000
    },
  }
}

async function put(cos: CosClient): Promise<void> {
  await cos.putObject({ ...OBJECT, Body: pieces(randomBytes(PIECE_BYTES)), ContentLength: CONTENT_BYTES })
}

async function get(cos: CosClient): Promise<void> {
  const { Body } = await cos.getObject(OBJECT)
  let bytes = 0
  for await (const piece of Body) bytes += piece.length
  if (bytes !== CONTENT_BYTES) throw new Error(`${bytes} bytes came back`)
}

async function* pieces(piece: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let done = 0; done < CONTENT_BYTES; done += piece.length) yield piece
}

/** Keeps the first object that is put, and gives it back. */
class Shelf {
  isFull = false
  readonly #pieces: Uint8Array[] = []
  #headers: Record<string, string> = {}

  get platform(): Platform {
    return { ...nodePlatform, transport: () => this.#transport }
  }

  get #transport(): Transport {
    return {
      send: async ({ method, headers, body }) => {
        if (method === 'GET')
          return { status: 200, headers: this.#headers, body: bodyOf(this.#pieces), decoded: false }
        if (!this.isFull) this.#headers = metadataOf(headers)
        for await (const piece of body as AsyncIterable<Uint8Array>) if (!this.isFull) this.#keep(piece)
        return { status: 200, headers: { etag: '"1"' }, body: bodyOf([]), decoded: false }
      },
      close: async () => undefined,
    }
  }

  /** As sockets give them. */
  #keep(piece: Uint8Array): void {
    for (let at = 0; at < piece.length; at += SEGMENT_BYTES) {
      this.#pieces.push(piece.slice(at, at + SEGMENT_BYTES))
    }
    const length = this.#pieces.reduce((sum, { length: bytes }) => sum + bytes, 0)
    this.#headers['content-length'] = String(length)
  }
}

function metadataOf(headers: readonly string[]): Record<string, string> {
  const found: Record<string, string> = { etag: '"1"', 'last-modified': new Date(0).toUTCString() }
  for (let at = 0; at < headers.length; at += 2) {
    const name = headers[at] ?? ''
    if (name.startsWith('x-cos-meta-')) found[name] = headers[at + 1] ?? ''
  }
  return found
}

function bodyOf(kept: readonly Uint8Array[]) {
  return {
    async *[Symbol.asyncIterator]() {
      yield* kept
    },
    cancel: () => undefined,
  }
}

function rawSealing(format: Format): Side {
  const piece = randomBytes(PIECE_BYTES)
  const segment = piece.subarray(0, SEGMENT_BYTES)
  return timed('raw', () => {
    if (format === 'python') counterMode(piece)
    else for (let done = 0; done < CONTENT_BYTES; done += SEGMENT_BYTES) seal(segment)
  })
}

function rawOpening(format: Format): Side {
  const piece = randomBytes(SEGMENT_BYTES)
  const sealed = seal(piece)
  return timed('raw', () => {
    if (format === 'python') counterMode(piece)
    else for (let done = 0; done < CONTENT_BYTES; done += SEGMENT_BYTES) open(sealed)
  })
}

function counterMode(piece: Uint8Array): void {
  const cipher = createCipheriv('aes-256-ctr', KEY, randomBytes(16))
  for (let done = 0; done < CONTENT_BYTES; done += piece.length) cipher.update(piece)
}

const KEY = randomBytes(32)
const NONCE = randomBytes(12)

interface Sealed {
  readonly content: Uint8Array
  readonly tag: Buffer
}

/** One key and nonce for all, which nobody may do but who throws the result away. */
function seal(segment: Uint8Array): Sealed {
  const cipher = createCipheriv('aes-256-gcm', KEY, NONCE)
  const content = cipher.update(segment)
  cipher.final()
  return { content, tag: cipher.getAuthTag() }
}

function open({ content, tag }: Sealed): void {
  const decipher = createDecipheriv('aes-256-gcm', KEY, NONCE)
  decipher.setAuthTag(tag)
  decipher.update(content)
  decipher.final()
}
