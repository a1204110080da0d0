// Downloads what a bucket has below a prefix into a local folder.
import { utimes } from 'node:fs/promises'
import { targetOf } from '../../addressing.js'
import { CosClientError } from '../../errors.js'
import type { OperationInput } from '../../operations.js'
import { type ListedObject, objectPages } from '../../pages.js'
import type { NodeContext } from '../../platform-node.js'
import { call } from '../call.js'
import { downloadFile } from '../download-file.js'
import { DOWNLOAD_PART_BYTES, type DownloadFileInput } from '../download-input.js'
import { partBytes, partCount, SIMPLE_BYTES_MAX } from '../part-plan.js'
import { patiently } from '../patience.js'
import { threadCount } from '../pool.js'
import { isEqual, type KnownObject, knownObject } from './compare.js'
import { checkChoice, type DirectoryOptions } from './directory-options.js'
import { type DirectoryPlan, type FileJob, type Found, runDirectory } from './directory-run.js'
import { type Filter, filterOf } from './filter.js'
import { LocalFolder } from './local-folder.js'
import { NameClashes } from './name-clashes.js'
import { folderPrefix, namesOf } from './names.js'
import type { DirectoryResult, SkipReason, TransferredFile } from './result.js'

/** Where from, where to, and what downloadFile takes for each file. */
export type DownloadDirectoryInput = Pick<
  DownloadFileInput,
  'PartSize' | 'MAXThread' | 'EnableCRC' | 'TrafficLimit'
> & {
  readonly Bucket: string
  /** Path of the local folder; made where it is not there. */
  readonly LocalDirPath: string
  /** The folder in the bucket: `data` and `data/` both take keys that begin with `data/`. Default: the whole bucket. */
  readonly Prefix?: string | undefined
}

export interface DownloadDirectoryOptions extends DirectoryOptions {
  /** Give files the time of modification that the object has. Default false: that of their download. */
  readonly keepModified?: boolean | undefined
}

interface FileToFetch extends TransferredFile {
  readonly object: KnownObject
  /** Whether the key ends in `/`, and there is nothing to fetch. */
  readonly isFolder: boolean
}

const THREADS = 5

export async function downloadDirectory(
  context: NodeContext,
  input: DownloadDirectoryInput,
  options: DownloadDirectoryOptions = {},
): Promise<DirectoryResult> {
  const { Bucket, LocalDirPath } = input
  targetOf(context.settings, { bucket: Bucket, key: undefined })
  if (typeof LocalDirPath !== 'string' || LocalDirPath === '' || LocalDirPath.includes('\0')) {
    throw new CosClientError('validation', 'LocalDirPath must be the path of a folder.')
  }
  const settings = readSettings(input, options)
  const folder = await LocalFolder.open(LocalDirPath)
  return runDirectory(context, new DownloadPlan(context, { input, options, settings, folder }), options)
}

interface Settings {
  readonly prefix: string
  readonly threads: number
  readonly filter: Filter
  readonly overwrite: 'changed' | 'always' | 'never'
  readonly compare: 'content' | 'size'
}

/** Throws a CosClientError of kind `validation`. */
function readSettings(input: DownloadDirectoryInput, options: DownloadDirectoryOptions): Settings {
  const { overwrite = 'changed', compare = 'content' } = options
  sizeOfParts(input, 0)
  return {
    prefix: folderPrefix(input.Prefix ?? ''),
    threads: threadCount(input.MAXThread, THREADS),
    filter: filterOf(options),
    overwrite: checkChoice('overwrite', overwrite, ['changed', 'always', 'never']),
    compare: checkChoice('compare', compare, ['content', 'size']),
  }
}

interface DownloadJob {
  readonly input: DownloadDirectoryInput
  readonly options: DownloadDirectoryOptions
  readonly settings: Settings
  readonly folder: LocalFolder
}

class DownloadPlan implements DirectoryPlan<FileToFetch> {
  readonly #context: NodeContext
  readonly #job: DownloadJob
  readonly #clashes: NameClashes

  constructor(context: NodeContext, job: DownloadJob) {
    this.#context = context
    this.#job = job
    this.#clashes = new NameClashes(job.folder.foldsNames)
  }

  async *files(signal: AbortSignal): AsyncGenerator<Found<FileToFetch>> {
    const { input, settings } = this.#job
    const list = (page: OperationInput<'listObjects'>) =>
      patiently(this.#context, signal, () => call(this.#context, 'listObjects', page, { signal }))
    const pages = objectPages(list, { Bucket: input.Bucket, Prefix: settings.prefix })
    for await (const { Contents } of pages) {
      for (const object of Contents) {
        const relative = object.Key.slice(settings.prefix.length)
        if (settings.filter.takes(relative)) yield this.#foundOf(object, relative)
      }
    }
  }

  async transfer(file: FileToFetch, job: FileJob): Promise<SkipReason | undefined> {
    const { folder, settings, options } = this.#job
    const { path, object } = file
    const names = this.#namesOf(file)
    if (file.isFolder) {
      await folder.make(names)
      return 'folder'
    }
    await folder.make(names.slice(0, -1))
    const there = await folder.existing(path)
    if (there && settings.overwrite === 'never') return 'exists'
    if (there?.isFile() && settings.overwrite === 'changed') {
      const { Bucket } = this.#job.input
      const { compare } = settings
      const pair = {
        Bucket,
        object,
        path,
        bytes: there.size,
        compare,
        replaced: 'file',
        signal: job.signal,
      } as const
      if (await isEqual(this.#context, pair)) return 'equal'
    }
    await this.#fetch(file, job)
    if (options.keepModified) await setModified(path, object.LastModified)
    return undefined
  }

  threadsOf({ bytes }: FileToFetch): number {
    const { input, settings } = this.#job
    if (bytes <= SIMPLE_BYTES_MAX) return 1
    return Math.min(settings.threads, partCount(bytes, sizeOfParts(input, bytes)))
  }

  async #fetch({ Key, path, bytes }: FileToFetch, { signal, onProgress, threads }: FileJob): Promise<void> {
    const { LocalDirPath, Prefix, ...members } = this.#job.input
    const { checkpoint, crcCheck } = this.#job.options
    const input = { ...members, Key, DestFilePath: path, MAXThread: threads }
    await downloadFile(this.#context, input, { signal, onProgress, checkpoint, crcCheck }, { size: bytes })
  }

  #namesOf({ Key }: FileToFetch): readonly string[] {
    return namesBelow(Key.slice(this.#job.settings.prefix.length))
  }

  #foundOf(object: ListedObject, relative: string): Found<FileToFetch> {
    const { folder } = this.#job
    const { Key, Size } = object
    const isFolder = relative === '' || relative.endsWith('/')
    try {
      if (isFolder && Size > 0) {
        throw new CosClientError(
          'file',
          `${JSON.stringify(Key)} has content, but its name is one of a folder.`,
        )
      }
      const names = namesBelow(relative)
      this.#clashes.check(relative)
      return {
        kind: 'file',
        file: { Key, path: folder.pathOf(names), bytes: Size, object: knownObject(object), isFolder },
      }
    } catch (error) {
      if (!(error instanceof CosClientError)) throw error
      // Of such a key no path is made, not even to tell it.
      return { kind: 'failed', file: { Key, path: folder.path, bytes: Size, error } }
    }
  }
}

/** Of a folder, its own name too. Throws as namesOf does. */
function namesBelow(relative: string): readonly string[] {
  const path = relative.endsWith('/') ? relative.slice(0, -1) : relative
  return relative === '' ? [] : namesOf(path, process.platform)
}

function sizeOfParts({ PartSize }: DownloadDirectoryInput, bytes: number): number {
  return partBytes(bytes, { PartSize, defaultBytes: DOWNLOAD_PART_BYTES })
}

async function setModified(path: string, modified: Date): Promise<void> {
  await utimes(path, modified, modified).catch((cause: unknown) => {
    throw new CosClientError('file', `The time of ${path} could not be set.`, { cause })
  })
}
