// What goes wrong is told by two classes: what the server refused, and everything else.
import { CosClient, CosClientError, CosServiceError } from '@coset/sdk'
import { Bucket, settings } from './settings.js'

const cos = new CosClient(settings())
if (!(await cos.bucketExists({ Bucket }))) await cos.putBucket({ Bucket })

try {
  await cos.getObject({ Bucket, Key: 'missing.txt' })
} catch (error) {
  if (!(error instanceof CosServiceError)) throw error
  console.log(error.statusCode, error.code, error.message, error.requestId !== '')
}

try {
  await cos.putObject({ Bucket, Key: 'late.txt', Body: 'x' }, { signal: AbortSignal.abort() })
} catch (error) {
  if (!(error instanceof CosClientError)) throw error
  console.log(error.kind)
}
await cos.close()
