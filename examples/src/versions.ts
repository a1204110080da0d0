// Keep old versions, read one, and bring an object back that was deleted.
import { CosClient } from '@coset/sdk'
import { settings } from './settings.js'

const cos = new CosClient(settings())
const Bucket = 'versioned-1250000000'
if (!(await cos.bucketExists({ Bucket }))) await cos.putBucket({ Bucket })
await cos.putBucketVersioning({ Bucket, Status: 'Enabled' })

const Key = 'note.txt'
const first = await cos.putObject({ Bucket, Key, Body: 'one' })
await cos.putObject({ Bucket, Key, Body: 'two' })
const old = await cos.getObject({ Bucket, Key, VersionId: first.VersionId })
console.log(await old.Body.text())

const marker = await cos.deleteObject({ Bucket, Key })
console.log('deleted:', !(await cos.objectExists({ Bucket, Key })))
await cos.deleteObject({ Bucket, Key, VersionId: marker.VersionId })
console.log(await (await cos.getObject({ Bucket, Key })).Body.text())

for await (const version of cos.paginateObjectVersions({ Bucket, Prefix: Key })) {
  console.log(version.IsLatest ? 'latest' : 'older', version.Key)
  await cos.deleteObject({ Bucket, Key: version.Key, VersionId: version.VersionId })
}
await cos.deleteBucket({ Bucket })
await cos.close()
