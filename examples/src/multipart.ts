// Upload a file in parts, several at a time, and give the upload up when something goes wrong.
import { mkdtemp, open, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CosClient } from '@coset/sdk'
import { Bucket, settings } from './settings.js'

const PART_SIZE = 8 * 1024 * 1024

const cos = new CosClient(settings())
if (!(await cos.bucketExists({ Bucket }))) await cos.putBucket({ Bucket })

const dir = await mkdtemp(join(tmpdir(), 'coset-example-'))
const path = join(dir, 'file.bin')
await writeFile(path, Buffer.alloc(20 * 1024 * 1024, 'x'))

const Key = 'multipart/file.bin'
const file = await open(path)
const { size } = await file.stat()
const { UploadId } = await cos.createMultipartUpload({ Bucket, Key, ContentType: 'application/octet-stream' })
try {
  const numbers = Array.from({ length: Math.max(1, Math.ceil(size / PART_SIZE)) }, (_, at) => at + 1)
  const Part: { PartNumber: number; ETag: string }[] = []
  // Four workers take numbers from one list.
  await Promise.all(Array.from({ length: 4 }, work))
  async function work() {
    for (let PartNumber = numbers.shift(); PartNumber !== undefined; PartNumber = numbers.shift()) {
      const start = (PartNumber - 1) * PART_SIZE
      const Body = Buffer.alloc(Math.min(PART_SIZE, size - start))
      await file.read(Body, 0, Body.length, start)
      const { ETag } = await cos.uploadPart({ Bucket, Key, UploadId, PartNumber, Body })
      Part.push({ PartNumber, ETag })
    }
  }
  Part.sort((a, b) => a.PartNumber - b.PartNumber)
  const done = await cos.completeMultipartUpload({ Bucket, Key, UploadId, MultipartUpload: { Part } })
  console.log(`${size} bytes in ${done.ETag.slice(1, -1).split('-')[1]} parts`)
} catch (error) {
  await cos.abortMultipartUpload({ Bucket, Key, UploadId })
  throw error
} finally {
  await file.close()
  await rm(dir, { recursive: true })
  await cos.close()
}
