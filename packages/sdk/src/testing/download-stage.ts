// What tests of downloads share: a scripted server, a client, a folder for files and one for records.
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { CosClient, DownloadFileInput, DownloadFileOptions, DownloadFileOutput } from '../index.js'
import { type ObjectVersion, serve } from './scripted-object.js'
import { BUCKET, clientOf, errorXml, type ScriptedServer, startScriptedServer } from './scripted-server.js'

export const MIB = 1024 * 1024

export class DownloadStage {
  readonly server: ScriptedServer
  readonly cos: CosClient
  /** Where the destination is. */
  readonly folder: string
  /** Where records are kept, by those that keep any. */
  readonly records: string

  private constructor(server: ScriptedServer, folder: string, records: string) {
    this.server = server
    this.cos = clientOf(server)
    this.folder = folder
    this.records = records
  }

  static async open(): Promise<DownloadStage> {
    const newFolder = (name: string) => mkdtemp(join(tmpdir(), `coset-${name}-`))
    return new DownloadStage(
      await startScriptedServer(),
      await newFolder('files'),
      await newFolder('records'),
    )
  }

  async close(): Promise<void> {
    await this.cos.close()
    await this.server.close()
    await rm(this.folder, { recursive: true })
    await rm(this.records, { recursive: true })
  }

  /** The destination, unless a test says otherwise. */
  get path(): string {
    return join(this.folder, 'file')
  }

  /** In parts of 1 MiB, with nothing kept for another run. */
  download(
    input: Partial<DownloadFileInput> = {},
    options: DownloadFileOptions = {},
  ): Promise<DownloadFileOutput> {
    const whole = { Bucket: BUCKET, Key: 'k', DestFilePath: this.path, PartSize: 1, ...input }
    return this.cos.downloadFile(whole, { checkpoint: false, ...options })
  }

  /** In parts of 1 MiB, one after the other, kept for another run. */
  recorded(
    input: Partial<DownloadFileInput> = {},
    options: DownloadFileOptions = {},
  ): Promise<DownloadFileOutput> {
    return this.download({ MAXThread: 1, ...input }, { checkpoint: { folder: this.records }, ...options })
  }

  /** One run that fetches so many parts of the object, and is refused the next; tells its failure. */
  async leftBehind(
    version: ObjectVersion,
    parts: number,
    input: Partial<DownloadFileInput> = {},
  ): Promise<unknown> {
    const refused = errorXml(403, 'AccessDenied')
    serve(
      this.server,
      () => version,
      (_, count) => (count > parts ? refused : undefined),
    )
    const failure = await this.recorded(input).catch((error: unknown) => error)
    serve(this.server, () => version)
    return failure
  }
}

/** The path of the one that ends so; of the folder where there is none. */
export async function nameOf(folder: string, ending: string): Promise<string> {
  return join(folder, (await namesIn(folder)).find((name) => name.endsWith(ending)) ?? '')
}

export async function holds(path: string, { content }: ObjectVersion): Promise<boolean> {
  return Buffer.compare(await readFile(path), content) === 0
}

export async function namesIn(folder: string): Promise<readonly string[]> {
  return (await readdir(folder)).sort()
}
