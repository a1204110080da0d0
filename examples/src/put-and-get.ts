// Store an object, read a part of it, delete it.
import { CosClient } from '@coset/sdk'
import { Bucket, settings } from './settings.js'

const cos = new CosClient(settings())
if (!(await cos.bucketExists({ Bucket }))) await cos.putBucket({ Bucket })

await cos.putObject({
  Bucket,
  Key: 'dir/a.txt',
  Body: 'hello',
  ContentType: 'text/plain; charset=utf-8',
  Metadata: { author: 'me' },
})

const got = await cos.getObject({ Bucket, Key: 'dir/a.txt', Range: 'bytes=0-3' })
console.log(await got.Body.text(), got.ContentRange, got.Metadata?.author)

const head = await cos.headObject({ Bucket, Key: 'dir/a.txt' })
console.log(head.ETag, head.ContentLength)

await cos.deleteObject({ Bucket, Key: 'dir/a.txt' })
console.log(await cos.objectExists({ Bucket, Key: 'dir/a.txt' }))
await cos.close()
