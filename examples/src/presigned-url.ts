// URLs that let anyone upload or download one object for a while.
import { CosClient } from '@coset/sdk'
import { Bucket, settings } from './settings.js'

const cos = new CosClient(settings())
if (!(await cos.bucketExists({ Bucket }))) await cos.putBucket({ Bucket })

const upload = cos.getPresignedUrl({ Method: 'PUT', Bucket, Key: 'shared.txt', Expired: 600 })
const put = await fetch(upload, { method: 'PUT', body: 'from a browser, say' })
console.log(put.status)

const download = cos.getPresignedDownloadUrl({
  Bucket,
  Key: 'shared.txt',
  Expired: 600,
  Params: { 'response-content-disposition': 'attachment; filename="shared.txt"' },
})
const got = await fetch(download)
console.log(got.headers.get('content-disposition'), await got.text())
await cos.deleteObject({ Bucket, Key: 'shared.txt' })
await cos.close()
