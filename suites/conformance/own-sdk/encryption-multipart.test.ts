// Multipart uploads of encrypted content whose calls are made one by one.
import type { CosEncryptionClient, EncryptionSettings } from '@coset/sdk/encryption'
import { beforeAll, describe, expect, it } from 'vitest'
import { refusal } from './stations.js'
import { digest, MIB, random, withVault } from './vault.js'

const vault = withVault()
const named = (Key = 'parts') => ({ Bucket: vault.at.Bucket, Key })
const FORMATS: readonly EncryptionSettings[] = [{ format: 'sealed' }, { format: 'python' }]

describe.each(FORMATS)('parts of the format $format', (settings) => {
  let cos: CosEncryptionClient
  beforeAll(() => {
    cos = vault.at.client({ settings })
  })

  async function complete(UploadId: string, ETags: readonly string[], client = cos) {
    const Part = ETags.map((ETag, at) => ({ PartNumber: at + 1, ETag }))
    await client.completeMultipartUpload({ ...named(), UploadId, MultipartUpload: { Part } })
  }

  const readBack = async () => digest(await (await cos.getObject(named())).Body.bytes())

  it('sent one after the other make the content, whatever the last one is', async () => {
    for (const last of [0, 1, 65_536, MIB - 65_536, MIB, MIB + 65_536, MIB + 5]) {
      const contents = [random(MIB), random(2 * MIB), random(last)]
      const { UploadId, encryption } = await cos.createMultipartUpload({ ...named(), Metadata: { a: 'b' } })
      expect(Object.keys(encryption)).toContain('client-side-encryption-key')
      const ETags: string[] = []
      for (const [at, Body] of contents.entries()) {
        ETags.push((await cos.uploadPart({ ...named(), UploadId, PartNumber: at + 1, Body })).ETag)
      }
      const { Part } = await cos.listParts({ ...named(), UploadId })
      expect(Part.map(({ PartNumber }) => PartNumber)).toEqual([1, 2, 3])
      await complete(UploadId, ETags)
      expect(await readBack()).toBe(digest(Buffer.concat(contents)))
      expect({ ...(await cos.headObject(named())).Metadata }).toEqual({ a: 'b' })
    }
  })

  it('may be sent side by side, and in any order where their size was told', async () => {
    const contents = [random(MIB), random(MIB), random(MIB), random(777)]
    const orders = { inOrder: [0, 1, 2, 3], backwards: [3, 2, 1, 0] }
    for (const [name, order] of Object.entries(orders)) {
      const PartSize = name === 'backwards' ? 1 : undefined
      const { UploadId } = await cos.createMultipartUpload({ ...named(), PartSize })
      const ETags: string[] = []
      await Promise.all(
        order.map(async (at) => {
          const Body = contents[at] ?? ''
          ETags[at] = (await cos.uploadPart({ ...named(), UploadId, PartNumber: at + 1, Body })).ETag
        }),
      )
      await complete(UploadId, ETags)
      expect(await readBack()).toBe(digest(Buffer.concat(contents)))
    }
  })

  it('may come from several clients that are told where they belong', async () => {
    const contents = [random(MIB), random(MIB), random(5 * MIB)]
    const { UploadId, encryption } = await cos.createMultipartUpload(named())
    const ETags: string[] = []
    for (const [at, Body] of contents.entries()) {
      const other = vault.at.client({ settings })
      const input = { ...named(), UploadId, PartNumber: at + 1, Body }
      const unknown = other.uploadPart(input)
      expect(await refusal(unknown)).toBe('validation')
      ETags.push((await other.uploadPart(input, { encryption, offset: at * MIB })).ETag)
    }
    const another = vault.at.client({ settings })
    const Part = ETags.map((ETag, at) => ({ PartNumber: at + 1, ETag }))
    const completion = { ...named(), UploadId, MultipartUpload: { Part } }
    expect(await refusal(another.completeMultipartUpload(completion))).toBe('validation')
    await another.completeMultipartUpload(completion, { encryption })
    expect(await readBack()).toBe(digest(Buffer.concat(contents)))
  })

  it('of which nobody knows where they begin are refused', async () => {
    const { UploadId } = await cos.createMultipartUpload(named())
    const part = (PartNumber: number, Body: Uint8Array, options = {}) =>
      cos.uploadPart({ ...named(), UploadId, PartNumber, Body }, options)
    await expect(part(2, random(MIB))).rejects.toMatchObject({
      kind: 'validation',
      message: expect.stringContaining('PartSize'),
    })
    await expect(part(2, random(MIB), { offset: 8 })).rejects.toMatchObject({
      kind: 'validation',
      message: expect.stringContaining('multiple of'),
    })
    await part(1, random(MIB))
    expect(await refusal(part(2, random(MIB), { offset: MIB - 65_536 }))).toBe('validation')
    await part(2, random(MIB), { offset: MIB })
    async function* stream() {
      yield random(MIB)
    }
    const streamed = cos.uploadPart({ ...named(), UploadId, PartNumber: 3, Body: stream() })
    expect(await refusal(streamed)).toBe('validation')
    await cos.uploadPart({ ...named(), UploadId, PartNumber: 3, Body: stream(), ContentLength: MIB })
    await cos.abortMultipartUpload({ ...named(), UploadId })
    expect(await refusal(part(4, random(MIB)))).toBe('validation')
  })

  it('follow no part that was the last by its length', async () => {
    const { UploadId } = await cos.createMultipartUpload(named())
    const part = (PartNumber: number, Body: Uint8Array) =>
      cos.uploadPart({ ...named(), UploadId, PartNumber, Body })
    await part(1, random(MIB + 7))
    await expect(part(2, random(MIB))).rejects.toMatchObject({
      kind: 'validation',
      message: expect.stringMatching(/multiple of (16|65536) bytes/),
    })
    await cos.abortMultipartUpload({ ...named(), UploadId })
  })

  it('are sent again with the same content, and with no other', async () => {
    const content = random(MIB)
    const { UploadId } = await cos.createMultipartUpload(named())
    const part = (PartNumber: number, Body: Uint8Array) =>
      cos.uploadPart({ ...named(), UploadId, PartNumber, Body })
    const first = await part(1, content)
    const again = await part(1, Uint8Array.from(content))
    expect(again.ETag).toBe(first.ETag)
    expect(await refusal(part(1, random(MIB)))).toBe('validation')
    expect(await refusal(part(1, content.subarray(1)))).toBe('validation')
    await complete(UploadId, [first.ETag])
    expect(await readBack()).toBe(digest(content))
  })

  it('that leave a gap make no object', async () => {
    const { UploadId } = await cos.createMultipartUpload({ ...named('gap'), PartSize: 1 })
    const part = (PartNumber: number) =>
      cos.uploadPart({ ...named('gap'), UploadId, PartNumber, Body: random(MIB) })
    const [one, three] = [await part(1), await part(3)]
    const Part = [
      { PartNumber: 1, ETag: one.ETag },
      { PartNumber: 3, ETag: three.ETag },
    ]
    const completion = cos.completeMultipartUpload({ ...named('gap'), UploadId, MultipartUpload: { Part } })
    expect(await refusal(completion)).toBe('validation')
    await cos.abortMultipartUpload({ ...named('gap'), UploadId })
  })
})
