// Write a log line by line: an appendable object grows where it ends.
import { CosClient, CosServiceError } from '@coset/sdk'
import { Bucket, settings } from './settings.js'

const cos = new CosClient(settings())
if (!(await cos.bucketExists({ Bucket }))) await cos.putBucket({ Bucket })
const Key = 'app.log'

// Position 0 creates the object, with its headers and class.
let { NextAppendPosition: Position } = await cos.appendObject({
  Bucket,
  Key,
  Position: 0,
  Body: 'started\n',
  ContentType: 'text/plain',
})

/** Another writer may have been faster, or an answer was lost: the object itself tells where it ends. */
async function append(line: string): Promise<void> {
  for (;;) {
    try {
      const appended = await cos.appendObject({ Bucket, Key, Position, Body: `${line}\n` })
      Position = appended.NextAppendPosition
      return
    } catch (error) {
      if (!(error instanceof CosServiceError) || error.code !== 'AppendPositionErr') throw error
      Position = (await cos.headObject({ Bucket, Key })).ContentLength ?? 0
    }
  }
}

await append('working')
await cos.appendObject({ Bucket, Key, Position, Body: 'someone else\n' })
await append('stopped')
console.log((await (await cos.getObject({ Bucket, Key })).Body.text()).trim().split('\n'))

await cos.deleteObject({ Bucket, Key })
await cos.close()
