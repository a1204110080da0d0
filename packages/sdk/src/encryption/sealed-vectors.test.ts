// The published vectors of the sealed format. COSET_WRITE_VECTORS=1 writes them anew, which only a new format may do.
import { readFileSync, writeFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { decryptSpan, digest } from '../testing/encrypted.js'
import {
  makeSealedVectors,
  type RefusedVector,
  type SealedVector,
  type SealedVectors,
  vectorContent,
  vectorProvider,
} from '../testing/sealed-vectors.js'
import { createEncryption } from './encryption.js'
import { nodePrimitives } from './primitives-node.js'
import { webPrimitives } from './primitives-web.js'

const FILE = new URL('../../../../docs/reference/encryption-vectors.json', import.meta.url)
if (process.env.COSET_WRITE_VECTORS === '1') {
  writeFileSync(FILE, `${JSON.stringify(await makeSealedVectors(), undefined, 2)}\n`)
}
const published = JSON.parse(readFileSync(FILE, 'utf8')) as SealedVectors

async function read(vector: SealedVector | RefusedVector, primitives = nodePrimitives): Promise<Uint8Array> {
  const provider = vectorProvider(vector.key, vector.metadata['client-side-encryption-key-id'])
  const encryption = createEncryption(provider, {}, primitives)
  const cipher = await encryption.open(vector.metadata, { Bucket: vector.bucket, Key: vector.object })
  if (!cipher) throw new Error('The object is plain.')
  return decryptSpan(cipher, new Uint8Array(Buffer.from(vector.stored, 'base64')))
}

describe('the published vectors', () => {
  it.each(published.vectors)('are read, in Node and by WebCrypto: $name', async (vector) => {
    expect(digest(await read(vector))).toBe(digest(vectorContent(vector.length)))
    expect(digest(await read(vector, webPrimitives()))).toBe(digest(vectorContent(vector.length)))
  })

  it('are what is written still', async () => {
    const made = await makeSealedVectors()
    const settled = ({ vectors }: SealedVectors) => vectors.filter(({ key }) => key !== 'rsa')
    expect(settled(made)).toEqual(settled(published))
    expect(settled(made).length).toBeGreaterThan(4)
    expect(made.refused).toEqual(published.refused)
  })

  it.each(published.refused)('are refused where they must be: $name, $why', async (vector) => {
    await expect(read(vector)).rejects.toMatchObject({
      kind: expect.stringMatching(/^(tampered|encryption)$/),
    })
  })
})
