// A transfer that was stopped, and goes on where it stopped: here by a signal, as well by a crash or a lost network.
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CosClient, CosClientError } from '@coset/sdk'
import { Bucket, settings } from './settings.js'

const cos = new CosClient(settings())
if (!(await cos.bucketExists({ Bucket }))) await cos.putBucket({ Bucket })
const dir = await mkdtemp(join(tmpdir(), 'coset-example-'))
const LocalFilePath = join(dir, 'local.bin')
await writeFile(LocalFilePath, Buffer.alloc(32 * 1024 * 1024, 'x'))

// The limit only makes it last long enough to be stopped: 32 Mbit a second for each of two parts at a time.
const upload = { Bucket, Key: 'resumed.bin', LocalFilePath, PartSize: 4, MAXThread: 2 }
const checkpoint = { folder: join(dir, 'state') }
const stop = new AbortController()
await cos
  .uploadFile(
    { ...upload, TrafficLimit: 32 * 1024 * 1024 },
    {
      checkpoint,
      signal: stop.signal,
      onProgress: ({ bytesDone }) => bytesDone >= 12 * 1024 * 1024 && stop.abort(),
    },
  )
  .catch((error: unknown) => console.log(error instanceof CosClientError && error.kind))

// The same call, perhaps in another process, or days later.
const done = await cos.uploadFile(upload, { checkpoint })
console.log(done.bytesResumed > 0, (await cos.headObject(upload)).ContentLength)

await cos.deleteObject({ Bucket, Key: 'resumed.bin' })
await rm(dir, { recursive: true })
await cos.close()
