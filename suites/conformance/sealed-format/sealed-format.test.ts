// The published vectors of the sealed format, read by decoders that know nothing but its page.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { decode, type Entry, type Keys } from './decoder.js'

const FILE = fileURLToPath(new URL('../../../docs/reference/encryption-vectors.json', import.meta.url))
const PYTHON = process.env.PYTHON ?? 'python3'

interface Vectors {
  readonly keys: Keys
  readonly vectors: readonly (Entry & { readonly length: number })[]
  readonly refused: readonly Entry[]
}

const { keys, vectors, refused } = JSON.parse(readFileSync(FILE, 'utf8')) as Vectors
const contentOf = (length: number) => Buffer.from(Array.from({ length }, (_none, at) => at % 251))

describe('by the page alone, the decoder', () => {
  it.each(vectors)('reads: $name', (entry) => {
    expect(decode(entry, keys).equals(contentOf(entry.length))).toBe(true)
  })

  it.each(refused)('refuses: $name', (entry) => {
    expect(() => decode(entry, keys)).toThrow()
  })
})

const missing = spawnSync(PYTHON, ['-c', 'import cryptography'], { encoding: 'utf8' })
if (missing.status !== 0)
  console.warn('The decoder in Python is not tried: it needs the package cryptography.')

describe.skipIf(missing.status !== 0)('by the page alone, a decoder in Python', () => {
  it('reads and refuses the same', () => {
    const script = fileURLToPath(new URL('decoder.py', import.meta.url))
    const { stdout, stderr } = spawnSync(PYTHON, [script, FILE], { encoding: 'utf8', timeout: 30_000 })
    expect(stderr).toBe('')
    const told = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { readonly sha256?: string })
    const hash = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex')
    const right = vectors.map(({ length }) => ({ sha256: hash(contentOf(length)) }))
    expect(told.slice(0, vectors.length)).toEqual(right)
    expect(told.slice(vectors.length)).toEqual(refused.map(() => ({ refused: expect.any(String) })))
  })
})
