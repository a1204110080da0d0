// A form with which a page uploads one file, within the bounds that the policy sets.
import { CosClient } from '@coset/sdk'
import { Bucket, settings } from './settings.js'

const cos = new CosClient(settings())
if (!(await cos.bucketExists({ Bucket }))) await cos.putBucket({ Bucket })

const { url, fields } = cos.getPostObjectForm({
  Bucket,
  Key: 'uploads/page.txt',
  Expires: 600,
  ContentLengthRange: [1, 1024 * 1024],
  Conditions: [['starts-with', '$Content-Type', 'text/']],
})

// What the page does with them.
const form = new FormData()
for (const [name, value] of Object.entries(fields)) form.append(name, value)
form.append('Content-Type', 'text/plain')
form.append('file', new Blob(['from a page']), 'page.txt')
const posted = await fetch(url, { method: 'POST', body: form })
console.log(posted.status)

const got = await cos.getObject({ Bucket, Key: 'uploads/page.txt' })
console.log(got.ContentType, await got.Body.text())
await cos.deleteObject({ Bucket, Key: 'uploads/page.txt' })
await cos.close()
