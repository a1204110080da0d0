// Files and streams in, files and streams out; nothing is held in memory whole.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { CosClient } from '@coset/sdk'
import { Bucket, settings } from './settings.js'

const cos = new CosClient(settings())
if (!(await cos.bucketExists({ Bucket }))) await cos.putBucket({ Bucket })
const dir = await mkdtemp(join(tmpdir(), 'coset-example-'))

const local = join(dir, 'local.bin')
await writeFile(local, Buffer.alloc(1024 * 1024, 'x'))
await cos.putObjectFromLocalFile({ Bucket, Key: 'file.bin', LocalFilePath: local })

// A stream of unknown length.
await cos.putObject({ Bucket, Key: 'stream.txt', Body: Readable.from(['one ', 'two ', 'three']) })

const got = await cos.getObject({ Bucket, Key: 'file.bin' })
await got.Body.getStreamToFile(join(dir, 'copy.bin'))
console.log((await readFile(join(dir, 'copy.bin'))).length)

for await (const chunk of (await cos.getObject({ Bucket, Key: 'stream.txt' })).Body) {
  process.stdout.write(chunk)
}
console.log()
await cos.deleteObjects({ Bucket, Delete: { Object: [{ Key: 'file.bin' }, { Key: 'stream.txt' }] } })
await rm(dir, { recursive: true })
await cos.close()
