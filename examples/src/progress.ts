// How far a transfer is: the percentage as COS's document shows it, or everything there is to know.
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CosClient } from '@coset/sdk'
import { Bucket, settings } from './settings.js'

const cos = new CosClient(settings())
if (!(await cos.bucketExists({ Bucket }))) await cos.putBucket({ Bucket })
const dir = await mkdtemp(join(tmpdir(), 'coset-example-'))
const LocalFilePath = join(dir, 'local.bin')
await writeFile(LocalFilePath, Buffer.alloc(24 * 1024 * 1024, 'x'))

// In the shape of COS's SDK for Python.
let percentage = 0
const uploaded = await cos.uploadFile({
  Bucket,
  Key: 'progress.bin',
  LocalFilePath,
  PartSize: 4, // MB; from 20 MB on, files go up in parts
  MAXThread: 3,
  progress_callback(consumed_bytes, total_bytes) {
    if (total_bytes) percentage = Math.floor((100 * consumed_bytes) / total_bytes)
  },
})
console.log(`${percentage}%`, uploaded.ETag.endsWith('-6"'))

// With the rate, and what an earlier run had done already.
const lines: string[] = []
await cos.downloadFile(
  { Bucket, Key: 'progress.bin', DestFilePath: join(dir, 'copy.bin') },
  {
    onProgress({ bytesDone, bytesTotal = 0, bytesResumed, bytesPerSecond }) {
      const rate = (bytesPerSecond / 1024 / 1024).toFixed(1)
      lines.push(`${bytesDone} of ${bytesTotal} bytes (${bytesResumed} from before), ${rate} MiB/s`)
    },
  },
)
console.log(lines.at(-1)?.split(',')[0])

await cos.deleteObject({ Bucket, Key: 'progress.bin' })
await rm(dir, { recursive: true })
await cos.close()
