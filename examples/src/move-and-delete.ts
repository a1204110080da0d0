// Objects of any size copied on the server and moved; everything below a prefix deleted.
import { CosClient } from '@coset/sdk'
import { Bucket, settings } from './settings.js'

const cos = new CosClient(settings())
if (!(await cos.bucketExists({ Bucket }))) await cos.putBucket({ Bucket })
await cos.putObject({ Bucket, Key: 'drafts/a.txt', Body: 'a', Metadata: { author: 'me' } })

// From 5 GB on in parts, several at a time; headers, metadata and tags come along either way.
await cos.copy({ Bucket, Key: 'copies/a.txt', CopySource: { Bucket, Key: 'drafts/a.txt' } })

// Deletes what it copied, and nothing that somebody wrote in its place meanwhile.
await cos.moveObject({ Bucket, Key: 'final/a.txt', CopySource: { Bucket, Key: 'drafts/a.txt' } })
const { Metadata } = await cos.headObject({ Bucket, Key: 'final/a.txt' })
console.log(Metadata?.author, await cos.objectExists({ Bucket, Key: 'drafts/a.txt' }))

for (let day = 1; day <= 9; day++) await cos.putObject({ Bucket, Key: `root/logs/${day}`, Body: 'x' })
const wouldBe = await cos.deletePrefix({ Bucket, Prefix: 'root/logs/' }, { dryRun: true })
const { deleted, failed } = await cos.deletePrefix({ Bucket, Prefix: 'root/logs/' })
console.log(wouldBe.deleted, deleted, failed.length)

await cos.deletePrefix({ Bucket, Prefix: 'copies/' })
await cos.deletePrefix({ Bucket, Prefix: 'final/' })
await cos.close()
