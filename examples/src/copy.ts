// Copy an object: as it is, with headers of its own, and several into one. The server moves the bytes, not you.
import { CosClient } from '@coset/sdk'
import { Bucket, settings } from './settings.js'

const cos = new CosClient(settings())
if (!(await cos.bucketExists({ Bucket }))) await cos.putBucket({ Bucket })
await cos.putObject({ Bucket, Key: 'a.txt', Body: 'hello', ContentType: 'text/plain' })

// A source is a bucket and a key, of this client's region unless it names another. Text works too:
// CopySource: 'examplebucket-1250000000.cos.ap-guangzhou.myqcloud.com/a.txt'
const copied = await cos.copyObject({ Bucket, Key: 'copy of a.txt', CopySource: { Bucket, Key: 'a.txt' } })
console.log(copied.ETag)

// Headers and metadata of its own. Onto itself, this changes them in place.
await cos.copyObject({
  Bucket,
  Key: 'a.txt',
  CopySource: { Bucket, Key: 'a.txt' },
  CopyStatus: 'Replaced',
  ContentType: 'text/markdown',
  Metadata: { author: 'me' },
})
const head = await cos.headObject({ Bucket, Key: 'a.txt' })
console.log(head.ContentType, head.Metadata?.author)

// Not if it changed in the meantime.
const late = cos.copyObject({
  Bucket,
  Key: 'late.txt',
  CopySource: { Bucket, Key: 'a.txt' },
  CopySourceIfMatch: '"d41d8cd98f00b204e9800998ecf8427e"',
})
console.log(await late.catch((error: { readonly code: string }) => error.code))

// Two objects into one, in parts: so are objects above 5 GB copied, part by part.
const { UploadId } = await cos.createMultipartUpload({ Bucket, Key: 'both.bin' })
await cos.putObject({ Bucket, Key: 'large.bin', Body: new Uint8Array(2 * 1024 * 1024) })
const part = { Bucket, Key: 'both.bin', UploadId }
const first = await cos.uploadPartCopy({
  ...part,
  PartNumber: 1,
  CopySource: { Bucket, Key: 'large.bin' },
  CopySourceRange: 'bytes=0-1048575',
})
const second = await cos.uploadPartCopy({ ...part, PartNumber: 2, CopySource: { Bucket, Key: 'a.txt' } })
const Part = [first, second].map(({ ETag }, index) => ({ PartNumber: index + 1, ETag }))
await cos.completeMultipartUpload({ ...part, MultipartUpload: { Part } })
console.log((await cos.headObject({ Bucket, Key: 'both.bin' })).ContentLength)

const copies = ['a.txt', 'copy of a.txt', 'large.bin', 'both.bin'].map((Key) => ({ Key }))
await cos.deleteObjects({ Bucket, Delete: { Object: copies } })
await cos.close()
