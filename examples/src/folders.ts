// A local folder up, and down again: all files at once, as many requests at a time as pays.
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CosClient } from '@coset/sdk'
import { Bucket, settings } from './settings.js'

const cos = new CosClient(settings())
if (!(await cos.bucketExists({ Bucket }))) await cos.putBucket({ Bucket })
const dir = await mkdtemp(join(tmpdir(), 'coset-example-'))
const logs = join(dir, 'logs')
await mkdir(join(logs, '2026'), { recursive: true })
await writeFile(join(logs, 'today.log'), 'today')
await writeFile(join(logs, '2026', 'may.log'), 'may')
await writeFile(join(logs, 'notes.tmp'), 'not this one')

const up = await cos.uploadDirectory(
  { Bucket, Prefix: 'logs/', LocalDirPath: logs, ContentType: 'text/plain' },
  { exclude: ['*.tmp'] },
)
console.log(up.succeeded.map(({ Key }) => Key))
if (!up.get_result().success_all) {
  for (const { Key, error } of up.failed) console.log('not uploaded:', Key, error.message)
}

// Once more: what is there already, with the same content, is not sent again.
await writeFile(join(logs, 'today.log'), 'today, later')
const again = await cos.uploadDirectory(
  { Bucket, Prefix: 'logs/', LocalDirPath: logs },
  { exclude: ['*.tmp'] },
)
console.log(
  again.succeeded.map(({ Key }) => Key),
  again.skipped.map(({ Key, reason }) => `${Key} ${reason}`),
)

const LocalDirPath = join(dir, 'download')
let files = 0
const down = await cos.downloadDirectory(
  { Bucket, Prefix: 'logs/', LocalDirPath },
  { onProgress: ({ filesDone }) => (files = filesDone) },
)
console.log(down.success_all, files, await readFile(join(LocalDirPath, 'today.log'), 'utf8'))

await cos.deletePrefix({ Bucket, Prefix: 'logs/' })
await rm(dir, { recursive: true })
await cos.close()
