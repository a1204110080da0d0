// Archive an object, find it unreadable, restore it and read it.
import { setTimeout as sleep } from 'node:timers/promises'
import { CosClient, CosServiceError } from '@coset/sdk'
import { Bucket, settings } from './settings.js'

const cos = new CosClient(settings())
if (!(await cos.bucketExists({ Bucket }))) await cos.putBucket({ Bucket })

const Key = 'archive/report.txt'
await cos.putObject({
  Bucket,
  Key,
  Body: 'figures of last year',
  StorageClass: 'ARCHIVE',
  Tagging: 'year=2025',
})
try {
  await cos.getObject({ Bucket, Key })
} catch (error) {
  if (!(error instanceof CosServiceError)) throw error
  console.log(error.code) // InvalidObjectState
}
await cos.restoreObject({ Bucket, Key, RestoreRequest: { Days: 1, CASJobParameters: { Tier: 'Expedited' } } })
for (;;) {
  const { Restore } = await cos.headObject({ Bucket, Key })
  if (Restore?.includes('ongoing-request="false"')) break
  await sleep(200) // seconds on this server, minutes to hours on COS
}
console.log(await (await cos.getObject({ Bucket, Key })).Body.text())
console.log((await cos.getObjectTagging({ Bucket, Key })).TagSet)
await cos.close()
