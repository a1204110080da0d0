// A file to upload, a bucket that takes it, and what is left of both: around one test.
import { randomBytes } from 'node:crypto'
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { CosClient, UploadFileInput, UploadFileOptions, UploadOutput } from '../index.js'
import { FakeBucket } from './fake-bucket.js'
import { BUCKET, clientOf, type ScriptedServer, startScriptedServer } from './scripted-server.js'

export const MIB = 1024 * 1024
/** Five parts of 5 MB, the last of them of one byte. */
export const LARGE = randomBytes(20 * MIB + 1)
export const FIVE: readonly number[] = [1, 2, 3, 4, 5]

export class UploadStage {
  readonly server: ScriptedServer
  readonly bucket = new FakeBucket()
  readonly cos: CosClient
  readonly folder: string
  readonly file: string

  private constructor(server: ScriptedServer, folder: string) {
    this.server = server
    this.folder = folder
    this.file = join(folder, 'file')
    this.cos = clientOf(server)
    server.script(this.bucket.step)
  }

  static async open(): Promise<UploadStage> {
    const folder = await mkdtemp(join(tmpdir(), 'coset-upload-'))
    return new UploadStage(await startScriptedServer(), folder)
  }

  async close(): Promise<void> {
    await this.cos.close()
    await this.server.close()
    await rm(this.folder, { recursive: true })
  }

  put(bytes: Uint8Array): Promise<void> {
    return writeFile(this.file, bytes)
  }

  /** Uploads the file as `k`, in parts of 5 MB. */
  upload(
    input: Partial<UploadFileInput> = {},
    options: UploadFileOptions = {},
    client = this.cos,
  ): Promise<UploadOutput> {
    return client.uploadFile(
      { Bucket: BUCKET, Key: 'k', LocalFilePath: this.file, PartSize: 5, ...input },
      { checkpoint: { folder: join(this.folder, 'state') }, ...options },
    )
  }

  /** Stops an upload once so many parts are stored, as a crash would. */
  async interruptAfter(parts: number, input: Partial<UploadFileInput> = {}): Promise<void> {
    const controller = new AbortController()
    let seen = 0
    this.bucket.fault = (call) => {
      if (!call.startsWith('part ') || ++seen <= parts) return undefined
      setTimeout(() => controller.abort(), 20)
      return () => undefined
    }
    const error = await failureOf(this.upload({ MAXThread: 1, ...input }, { signal: controller.signal }))
    if (!(error instanceof Error && 'kind' in error && error.kind === 'aborted')) throw error
    this.bucket.fault = () => undefined
    this.bucket.calls.length = 0
    while ((await this.locks()).length > 0) await sleep(5)
  }

  /** Whether the bucket has these bytes as `k`; told without a diff of so many. */
  isStored(bytes: Uint8Array): boolean {
    return this.bucket.objects.get('k')?.body.equals(bytes) === true
  }

  /** Names of the records that are kept. */
  records(): Promise<readonly string[]> {
    return this.#namesOf('.json')
  }

  locks(): Promise<readonly string[]> {
    return this.#namesOf('.lock')
  }

  async #namesOf(ending: string): Promise<readonly string[]> {
    const names = await readdir(join(this.folder, 'state')).catch(() => [])
    return names.filter((name) => name.endsWith(ending))
  }
}

/** What a call rejects with that must not succeed. */
export async function failureOf(call: Promise<unknown>): Promise<unknown> {
  const outcome = await call.then(
    () => undefined,
    (error: unknown) => ({ error }),
  )
  if (!outcome) throw new Error('It succeeded.')
  return outcome.error
}
