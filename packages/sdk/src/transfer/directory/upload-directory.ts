// Uploads a local folder.
import { targetOf } from '../../addressing.js'
import { bytesBody } from '../../body.js'
import { CosClientError, CosServiceError, withNote } from '../../errors.js'
import type { NodeContext } from '../../platform-node.js'
import { call } from '../call.js'
import { partBytes, partCount, SIMPLE_BYTES_MAX } from '../part-plan.js'
import { patiently } from '../patience.js'
import { threadCount } from '../pool.js'
import { uploadFile } from '../upload-file.js'
import type { UploadFileInput } from '../upload-input.js'
import { PART_BYTES, THREADS } from '../upload-run.js'
import { isEqual, type KnownObject, knownObject } from './compare.js'
import { checkChoice, type DirectoryOptions } from './directory-options.js'
import { type DirectoryPlan, type FileJob, type Found, runDirectory } from './directory-run.js'
import { filterOf } from './filter.js'
import { folderPrefix, keyOf } from './names.js'
import { type ListPage, RemoteCursor } from './remote-cursor.js'
import type { DirectoryResult, SkipReason, TransferredFile } from './result.js'
import { type WalkedEntry, type WalkOptions, walk } from './walk.js'

/** Where from, where to, and what uploadFile takes for each file. */
export type UploadDirectoryInput = Omit<
  UploadFileInput,
  'Key' | 'LocalFilePath' | 'ContentLength' | 'ContentMD5' | 'progress_callback'
> & {
  readonly Bucket: string
  /** Path of the local folder. Its own name is no part of the keys. */
  readonly LocalDirPath: string
  /** The folder in the bucket: `data` and `data/` both give keys such as `data/a.txt`. Default: the bucket itself. */
  readonly Prefix?: string | undefined
}

/** What a file is stored with, where that differs from file to file. */
export type FileHeaders = Omit<
  UploadDirectoryInput,
  'Bucket' | 'LocalDirPath' | 'Prefix' | 'PartSize' | 'MAXThread'
>

export interface UploadDirectoryOptions extends DirectoryOptions {
  /**
   * Symbolic links. `follow`, the default: what they lead to is uploaded, wherever it is; a link to a folder that it
   * lies in is skipped. `skip`: they are skipped.
   */
  readonly symlinks?: 'follow' | 'skip' | undefined
  /** Give each folder without any entry that is wanted an empty object, such as `data/empty/`. Default false. */
  readonly emptyFolders?: boolean | undefined
  /** What this file is stored with, such as its `ContentType`; wins over the input. */
  readonly headersOf?: ((file: TransferredFile) => Partial<FileHeaders>) | undefined
}

interface FileToSend extends TransferredFile {
  readonly isFolder: boolean
  /** What is there already, if anybody asked. */
  readonly object: KnownObject | undefined
}

export async function uploadDirectory(
  context: NodeContext,
  input: UploadDirectoryInput,
  options: UploadDirectoryOptions = {},
): Promise<DirectoryResult> {
  return runDirectory(context, new UploadPlan(context, input, options), options)
}

class UploadPlan implements DirectoryPlan<FileToSend> {
  readonly #context: NodeContext
  readonly #input: UploadDirectoryInput
  readonly #options: UploadDirectoryOptions
  readonly #prefix: string
  readonly #threads: number
  readonly #overwrite: 'changed' | 'always' | 'never'
  readonly #compare: 'content' | 'size'
  readonly #walking: Omit<WalkOptions, 'signal'>

  /** Throws a CosClientError of kind `validation`. */
  constructor(context: NodeContext, input: UploadDirectoryInput, options: UploadDirectoryOptions) {
    const { overwrite = 'changed', compare = 'content', symlinks = 'follow', emptyFolders = false } = options
    this.#context = context
    this.#input = input
    this.#options = options
    this.#prefix = folderPrefix(input.Prefix ?? '')
    this.#threads = threadCount(input.MAXThread, THREADS)
    this.#overwrite = checkChoice('overwrite', overwrite, ['changed', 'always', 'never'])
    this.#compare = checkChoice('compare', compare, ['content', 'size'])
    checkChoice('symlinks', symlinks, ['follow', 'skip'])
    this.#walking = { filter: filterOf(options), symlinks, emptyFolders }
    targetOf(context.settings, { bucket: input.Bucket, key: undefined })
    // What is wrong with the prefix would be wrong with every key.
    keyOf(this.#prefix, '-')
    this.#partBytes(0)
    if (typeof input.LocalDirPath !== 'string' || input.LocalDirPath === '') {
      throw new CosClientError('validation', 'LocalDirPath must be the path of a folder.')
    }
  }

  async *files(signal: AbortSignal): AsyncGenerator<Found<FileToSend>> {
    const { Bucket, LocalDirPath } = this.#input
    const list: ListPage = (page) =>
      patiently(this.#context, signal, () => call(this.#context, 'listObjects', page, { signal }))
    const cursor = new RemoteCursor(list, { Bucket, Prefix: this.#prefix })
    for await (const entry of walk(LocalDirPath, { ...this.#walking, signal })) {
      const found = this.#foundOf(entry)
      if (found.kind !== 'file' || this.#overwrite === 'always') yield found
      else yield { ...found, file: { ...found.file, object: await findIn(cursor, found.file.Key) } }
    }
  }

  async transfer(file: FileToSend, job: FileJob): Promise<SkipReason | undefined> {
    const { object, path, bytes } = file
    if (object && this.#overwrite === 'never') return 'exists'
    if (object && this.#overwrite === 'changed') {
      const { Bucket } = this.#input
      const pair = {
        Bucket,
        object,
        path,
        bytes,
        compare: this.#compare,
        replaced: 'object',
        signal: job.signal,
      } as const
      if (await isEqual(this.#context, pair)) return 'equal'
    }
    try {
      await this.#send(file, job)
      return undefined
    } catch (error) {
      const isThere = error instanceof CosServiceError && error.code === 'FileAlreadyExists'
      if (isThere && this.#overwrite === 'never') return 'exists'
      throw error
    }
  }

  threadsOf({ bytes }: FileToSend): number {
    if (bytes <= SIMPLE_BYTES_MAX) return 1
    return Math.min(this.#threads, partCount(bytes, this.#partBytes(bytes)))
  }

  async #send(file: FileToSend, { signal, onProgress, threads }: FileJob): Promise<void> {
    const { LocalDirPath, Prefix, ...members } = this.#input
    const { headersOf, checkpoint, crcCheck } = this.#options
    const { Key, path: LocalFilePath } = file
    // What somebody else wrote since the list was made stays, too, where the bucket's kind allows that.
    const own = this.#overwrite === 'never' ? { ForbidOverwrite: true } : {}
    const target = { ...members, ...own, ...headersOf?.(file), Key }
    if (file.isFolder) {
      const { PartSize, MAXThread, ...stored } = target
      await call(
        this.#context,
        'putObject',
        { ...stored, Body: '' },
        { signal, crcCheck, body: bytesBody(new Uint8Array()) },
      )
      return
    }
    const input = { ...target, MAXThread: threads, LocalFilePath }
    await uploadFile(this.#context, input, { signal, onProgress, checkpoint, crcCheck })
  }

  #foundOf(entry: WalkedEntry): Found<FileToSend> {
    const { relative, path } = entry
    const bytes = entry.kind === 'file' ? entry.size : 0
    const named = { Key: this.#prefix + relative, path, bytes }
    if (entry.kind === 'skipped') return { kind: 'skipped', file: { ...named, reason: entry.reason } }
    if (entry.kind === 'failed') return { kind: 'failed', file: { ...named, error: entry.error } }
    try {
      keyOf(this.#prefix, relative)
      return { kind: 'file', file: { ...named, isFolder: entry.kind === 'empty-folder', object: undefined } }
    } catch (error) {
      if (!(error instanceof CosClientError)) throw error
      return { kind: 'failed', file: { ...named, error } }
    }
  }

  #partBytes(bytes: number): number {
    return partBytes(bytes, { PartSize: this.#input.PartSize, defaultBytes: PART_BYTES })
  }
}

async function findIn(cursor: RemoteCursor, key: string): Promise<KnownObject | undefined> {
  try {
    const found = await cursor.find(key)
    return found && knownObject(found)
  } catch (error) {
    if (!(error instanceof CosServiceError) || error.code !== 'AccessDenied') throw error
    throw withNote(error, "What is there could not be listed; `overwrite: 'always'` does without that.")
  }
}
