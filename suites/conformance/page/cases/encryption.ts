// Cases of the document's "Client-side encryption".
import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { AESProvider, type CosEncryptionClient, type KeyProvider, RSAProvider } from '@coset/sdk/encryption'
import type { At, OperationCases } from '../case.js'

const MB = 1024 * 1024
const CONTENT = 'nobody shall read this '.repeat(1000)
const aes_key = randomBytes(32).toString('base64')
const named = ({ Bucket }: At) => ({ Bucket, Key: 'k' })

/** What one client writes, another one of the same keys reads, and nobody else. */
async function isKept(at: At, provider: () => KeyProvider): Promise<void> {
  await at.encrypting(provider()).putObject({ ...named(at), Body: CONTENT })
  const { Body } = await at.encrypting(provider()).getObject(named(at))
  at.expect(await Body.text()).toBe(CONTENT)
  const stored = await at.cos.getObject(named(at))
  at.expect(await stored.Body.text()).not.toContain('nobody')
  const other = at.encrypting(new AESProvider({ aes_key: randomBytes(32).toString('base64') }))
  at.expect(await at.refusal(other.getObject(named(at)))).toBe('encryption')
}

/** Read by a client of its own, so that nothing but what is stored counts. */
async function readBack(at: At): Promise<Buffer> {
  const reader = at.encrypting(new AESProvider({ aes_key }))
  return Buffer.from(await (await reader.getObject(named(at))).Body.bytes())
}

const usual = (at: At) => at.encrypting(new AESProvider({ aes_key }))

/** Three parts, of which the last is as long as the others. */
async function fill(at: At, client: CosEncryptionClient, content: Buffer) {
  const { UploadId } = await client.createMultipartUpload(named(at))
  const Part: { readonly PartNumber: number; readonly ETag: string }[] = []
  for (let offset = 0; offset < content.length; offset += MB) {
    const PartNumber = Part.length + 1
    const Body = content.subarray(offset, offset + MB)
    const { ETag } = await client.uploadPart({ ...named(at), UploadId, PartNumber, Body })
    Part.push({ PartNumber, ETag })
  }
  return { UploadId, Part }
}

async function isUploaded(at: At): Promise<void> {
  const client = usual(at)
  const content = randomBytes(3 * MB)
  const { UploadId, Part } = await fill(at, client, content)
  await client.completeMultipartUpload({ ...named(at), UploadId, MultipartUpload: { Part } })
  at.expect((await readBack(at)).equals(content)).toBe(true)
  at.expect((await at.cos.headObject(named(at))).ContentLength).toBeGreaterThan(content.length)
}

export const CosEncryptionClientCases: OperationCases = {
  takes: {
    'AESProvider(aes_key)': (at) => isKept(at, () => new AESProvider({ aes_key })),
    'AESProvider(aes_key_path)': async (at) => {
      const aes_key_path = join(at.dir, 'key')
      const missing = at.encrypting(new AESProvider({ aes_key_path }))
      at.expect(await at.refusal(missing.putObject({ ...named(at), Body: '' }))).toBe('encryption')
      await writeFile(aes_key_path, aes_key)
      await isKept(at, () => new AESProvider({ aes_key_path }))
    },
    'RSAProvider(key_pair_info)': async (at) => {
      const { publicKey, privateKey } = generateKeyPairSync('rsa', {
        modulusLength: 2048,
        publicKeyEncoding: { type: 'spki', format: 'pem' },
        privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
      })
      const key_pair_info = RSAProvider.getRsaKeyPair(publicKey, privateKey)
      await isKept(at, () => new RSAProvider({ key_pair_info }))
    },
    put_object: async (at) => {
      await usual(at).putObject({ ...named(at), Body: CONTENT, Metadata: { a: 'b' } })
      at.expect((await readBack(at)).toString()).toBe(CONTENT)
      const { Metadata } = await at.cos.headObject(named(at))
      at.expect(Metadata?.a).toBe('b')
    },
    get_object: async (at) => {
      const client = usual(at)
      await usual(at).putObject({ ...named(at), Body: CONTENT })
      at.expect(await (await client.getObject(named(at))).Body.text()).toBe(CONTENT)
      const range = await client.getObject({ ...named(at), Range: 'bytes=3-17' })
      at.expect(await range.Body.text()).toBe(CONTENT.slice(3, 18))
    },
    create_multipart_upload: isUploaded,
    upload_part: isUploaded,
    list_parts: async (at) => {
      const client = usual(at)
      const { UploadId, Part } = await fill(at, client, randomBytes(2 * MB))
      const listed = await client.listParts({ ...named(at), UploadId })
      at.expect(listed.Part.map(({ PartNumber, ETag }) => ({ PartNumber, ETag }))).toEqual(Part)
    },
    complete_multipart_upload: isUploaded,
    upload_file: async (at) => {
      const content = randomBytes(21 * MB + 5)
      const LocalFilePath = join(at.dir, 'file')
      await writeFile(LocalFilePath, content)
      const input = { ...named(at), LocalFilePath, PartSize: 1, MAXThread: 5 }
      await usual(at).uploadFile(input, { checkpoint: false })
      at.expect((await readBack(at)).equals(content)).toBe(true)
    },
  },
  tells: {},
}
