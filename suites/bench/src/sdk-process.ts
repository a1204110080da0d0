// One SDK at one task, in a process of its own: prints how long it took, its processor time and its most memory.
import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { CosClient } from '@coset/sdk'
import { AESProvider, CosEncryptionClient } from '@coset/sdk/encryption'
import COS from 'cos-nodejs-sdk-v5'

export interface SdkTask {
  readonly sdk: 'coset' | 'coset, sealed' | 'coset, python' | 'official' | 'official, tuned'
  readonly task: 'put-file' | 'get-file' | 'put-folder' | 'get-folder'
  readonly host: string
  readonly secretId: string
  readonly secretKey: string
  readonly bucket: string
  /** Of the object, or of all objects of the folder. */
  readonly key: string
  /** Of the local file or folder. */
  readonly path: string
}

export interface SdkFigures {
  readonly ms: number
  readonly cpuMs: number
  readonly peakMiB: number
}

/** As many requests at a time as coset's folders have. */
const TUNED_PARALLEL = 16

async function measured(task: SdkTask): Promise<SdkFigures> {
  const run = task.sdk.startsWith('coset') ? coset(task) : official(task)
  const before = process.cpuUsage()
  const start = performance.now()
  await run()
  const ms = performance.now() - start
  const { user, system } = process.cpuUsage(before)
  return { ms, cpuMs: (user + system) / 1000, peakMiB: process.resourceUsage().maxRSS / 1024 }
}

/** Of no worth to anybody. */
const AES_KEY = Buffer.alloc(32, 'bench').toString('base64')

function clientOf({ sdk, host, secretId, secretKey }: SdkTask): CosClient {
  const options = { Endpoint: host, Scheme: 'http', SecretId: secretId, SecretKey: secretKey } as const
  if (sdk === 'coset') return new CosClient(options)
  const format = sdk === 'coset, sealed' ? 'sealed' : 'python'
  return new CosEncryptionClient(options, new AESProvider({ aes_key: AES_KEY }), { format })
}

function coset(sdkTask: SdkTask): () => Promise<void> {
  const { task, bucket, key, path } = sdkTask
  const cos = clientOf(sdkTask)
  const Bucket = bucket
  switch (task) {
    case 'put-file':
      return async () => void (await cos.uploadFile({ Bucket, Key: key, LocalFilePath: path }))
    case 'get-file':
      return async () => void (await cos.downloadFile({ Bucket, Key: key, DestFilePath: path }))
    case 'put-folder':
      return async () => whole(await cos.uploadDirectory({ Bucket, Prefix: key, LocalDirPath: path }))
    case 'get-folder':
      return async () => whole(await cos.downloadDirectory({ Bucket, Prefix: key, LocalDirPath: path }))
  }
}

function whole({
  success_all,
  failed,
}: {
  readonly success_all: boolean
  readonly failed: readonly unknown[]
}): void {
  if (!success_all) throw new Error(`not everything was transferred: ${String(failed[0])}`)
}

function official({ sdk, task, host, secretId, secretKey, bucket, key, path }: SdkTask): () => Promise<void> {
  const isTuned = sdk === 'official, tuned'
  const cos = new COS({
    SecretId: secretId,
    SecretKey: secretKey,
    Protocol: 'http:',
    Ip: host,
    ...(isTuned && { FileParallelLimit: TUNED_PARALLEL }),
  })
  const common = { Bucket: bucket, Region: 'ap-guangzhou' }
  const slices = isTuned ? { ChunkSize: 8 * 1024 * 1024, AsyncLimit: 5 } : {}
  switch (task) {
    case 'put-file':
      return async () => void (await cos.uploadFile({ ...common, ...slices, Key: key, FilePath: path }))
    case 'get-file':
      return async () =>
        void (await cos.downloadFile({
          ...common,
          ...(isTuned && { ChunkSize: 8 * 1024 * 1024, ParallelLimit: 5 }),
          Key: key,
          FilePath: path,
        } as COS.DownloadFileParams))
    case 'put-folder':
      return () => putFolder(cos, common, { key, path })
    case 'get-folder':
      return () => getFolder(cos, common, { key, path, parallel: isTuned ? TUNED_PARALLEL : 5 })
  }
}

type Common = { readonly Bucket: string; readonly Region: string }

async function putFolder(
  cos: COS,
  common: Common,
  { key, path }: Pick<SdkTask, 'key' | 'path'>,
): Promise<void> {
  const entries = await readdir(path, { recursive: true, withFileTypes: true })
  const files = entries
    .filter((entry) => entry.isFile())
    .map((entry) => {
      const FilePath = join(entry.parentPath, entry.name)
      return { ...common, FilePath, Key: key + FilePath.slice(path.length + 1) }
    })
  // It tells failures within its result, and never rejects.
  const result = (await cos.uploadFiles({ files })) as unknown as {
    readonly files: readonly { error: unknown }[]
  }
  const failed = result.files.find(({ error }) => error)
  if (failed) throw new Error(`an upload failed: ${JSON.stringify(failed.error)}`)
}

/** The SDK has nothing for folders: this is what its own samples do, so many at a time. */
async function getFolder(
  cos: COS,
  common: Common,
  { key, path, parallel }: Pick<SdkTask, 'key' | 'path'> & { readonly parallel: number },
): Promise<void> {
  const keys: string[] = []
  for (let Marker: string | undefined = ''; Marker !== undefined; ) {
    const page: COS.GetBucketResult = await cos.getBucket({ ...common, Prefix: key, Marker, MaxKeys: 1000 })
    keys.push(...page.Contents.map((entry) => entry.Key))
    Marker = page.IsTruncated === 'true' ? (page.NextMarker ?? keys.at(-1)) : undefined
  }
  const made = new Set<string>()
  const rest = keys.values()
  const worker = async () => {
    for (const Key of rest) {
      const target = join(path, Key.slice(key.length))
      if (!made.has(dirname(target))) await mkdir(dirname(target), { recursive: true })
      made.add(dirname(target))
      await writeFile(target, (await cos.getObject({ ...common, Key })).Body)
    }
  }
  await Promise.all(Array.from({ length: parallel }, worker))
}

console.log(JSON.stringify(await measured(JSON.parse(process.argv[2] ?? '{}') as SdkTask)))
process.exit(0)
