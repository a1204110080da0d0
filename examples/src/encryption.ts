// Encrypted before it leaves: the server, and whoever reads its disks, has nothing but noise.
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CosClient, CosClientError } from '@coset/sdk'
import { AESProvider, CosEncryptionClient, createAesKeyFile } from '@coset/sdk/encryption'
import { Bucket, settings } from './settings.js'

const plain = new CosClient(settings())
if (!(await plain.bucketExists({ Bucket }))) await plain.putBucket({ Bucket })
const dir = await mkdtemp(join(tmpdir(), 'coset-example-'))

// Keys are made when you say so, and never overwritten. Lose the file, and you lose the objects.
const aes_key_path = join(dir, 'aes.key')
await createAesKeyFile(aes_key_path)
const cos = new CosEncryptionClient(settings(), new AESProvider({ aes_key_path }))

const Key = 'secret.txt'
await cos.putObject({ Bucket, Key, Body: 'meet me at noon', Metadata: { author: 'me' } })
const got = await cos.getObject({ Bucket, Key, Range: 'bytes=11-14' })
console.log(await got.Body.text(), got.ContentRange, got.Metadata?.author)

// Files of any size: parts side by side, resumed, with progress, as without encryption.
const LocalFilePath = join(dir, 'large.bin')
await writeFile(LocalFilePath, Buffer.alloc(24 * 1024 * 1024, 'x'))
await cos.uploadFile({ Bucket, Key: 'large.bin', LocalFilePath, MAXThread: 4 })
const { size, verified } = await cos.downloadFile({
  Bucket,
  Key: 'large.bin',
  DestFilePath: join(dir, 'copy.bin'),
})
console.log(size, verified)

// Whoever has the bucket but not the key can neither read an object nor pass off another one.
const stored = await plain.getObject({ Bucket, Key })
const bytes = await stored.Body.bytes()
bytes[3] = (bytes[3] ?? 0) ^ 1
await plain.putObject({ Bucket, Key, Body: bytes, Metadata: stored.Metadata })
try {
  await (await cos.getObject({ Bucket, Key })).Body.text()
} catch (error) {
  if (!(error instanceof CosClientError)) throw error
  console.log(error.kind)
}

await cos.deletePrefix({ Bucket, Prefix: 'large.bin' })
await cos.deleteObject({ Bucket, Key })
await rm(dir, { recursive: true })
await Promise.all([plain.close(), cos.close()])
