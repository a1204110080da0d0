// List objects: all of them, or one level of "directories".
import { CosClient } from '@coset/sdk'
import { Bucket, settings } from './settings.js'

const cos = new CosClient(settings())
if (!(await cos.bucketExists({ Bucket }))) await cos.putBucket({ Bucket })
for (const Key of ['photos/2025/a.jpg', 'photos/2026/b.jpg', 'photos/index.html']) {
  await cos.putObject({ Bucket, Key, Body: Key })
}

for await (const object of cos.paginateObjects({ Bucket, Prefix: 'photos/' })) {
  console.log(object.Key, object.Size)
}

const level = await cos.listObjects({ Bucket, Prefix: 'photos/', Delimiter: '/' })
console.log(
  level.CommonPrefixes.map(({ Prefix }) => Prefix),
  level.Contents.map(({ Key }) => Key),
)

const all = await cos.listObjects({ Bucket, Prefix: 'photos/' })
const deleted = await cos.deleteObjects({
  Bucket,
  Delete: { Object: all.Contents.map(({ Key }) => ({ Key })), Quiet: false },
})
console.log(deleted.Deleted.length, 'deleted,', deleted.Error.length, 'failed')
await cos.close()
