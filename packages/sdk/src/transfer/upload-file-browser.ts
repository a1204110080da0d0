// Uploads a file that the user of a page chose.
import { targetOf } from '../addressing.js'
import type { Context } from '../context.js'
import { CosClientError } from '../errors.js'
import type { Loose } from '../operations.js'
import { withinClient } from './background.js'
import type { Checkpoint, CheckpointStore } from './checkpoint.js'
import { indexedDbCheckpoints } from './checkpoint-indexeddb.js'
import { blobSource } from './memory-source.js'
import {
  type StoredInput,
  storedInput,
  type UploadMembers,
  type UploadOptions,
  type UploadOutput,
} from './upload-input.js'
import { uploadSource } from './upload-run.js'
import type { UploadSource } from './upload-source.js'

/** The input of `uploadFile`: the file, where to, and what putObject takes beside its content. */
export type BrowserUploadFileInput = StoredInput &
  UploadMembers & {
    /** As an input of type file or a drop gives it. Its type is the `ContentType` where none is given. */
    readonly File: File
    /** Bytes of the file; must be right. */
    readonly ContentLength?: Loose<number> | undefined
  }

export interface BrowserUploadFileOptions extends UploadOptions {
  /**
   * Whether to keep on record in this browser (IndexedDB) what was sent, so that the upload can go on after a reload.
   * Default: where the browser lets the page keep anything. `true`: reject with kind `file` where it does not.
   */
  readonly checkpoint?: boolean | undefined
}

export function uploadFile(
  context: Context,
  { File: file, ...members }: BrowserUploadFileInput,
  { checkpoint, ...options }: BrowserUploadFileOptions,
): Promise<UploadOutput> {
  return withinClient(context.background, options.signal, async (signal) => {
    if (!(file instanceof File)) {
      throw new CosClientError('validation', 'File must be a File; for a Blob or a stream use upload().')
    }
    const input = storedInput(members)
    const { host, path } = targetOf(context.settings, { bucket: input.Bucket, key: input.Key })
    const checkpoints = checkpoint !== false && {
      store: checkpoint === undefined ? forgiving(indexedDbCheckpoints) : indexedDbCheckpoints,
      id: ['upload', host, path, pathOf(file)],
    }
    return uploadSource(
      context,
      {
        input: { ...input, ContentType: input.ContentType ?? (file.type || undefined) },
        members,
        source: fileSource(file),
        checkpoints: checkpoints || undefined,
      },
      { ...options, signal },
    )
  })
}

/** Below the folder that was chosen, if one was. */
function pathOf(file: File & { readonly webkitRelativePath?: string }): string {
  return file.webkitRelativePath || file.name
}

/** Browsers let nobody read a file that changed since it was chosen. */
function fileSource(file: File): UploadSource {
  const { name, size, lastModified, type } = file
  const source = blobSource(file)
  return {
    ...source,
    identity: { name, size, lastModified, type },
    async verify() {
      for await (const _ of source.read(0, Math.min(1, size))) return
    },
  }
}

/** Where nothing can be kept, such as in a private window, an upload is better than none. */
function forgiving(store: CheckpointStore): CheckpointStore {
  const unlessKept = <T>(instead: T) => {
    return (error: unknown): T => {
      if (error instanceof CosClientError && error.kind === 'file') return instead
      throw error
    }
  }
  return {
    has: (id) => store.has(id).catch(unlessKept(false)),
    open: (id) => store.open(id).catch(unlessKept(NO_CHECKPOINT)),
  }
}

const nothing = async () => undefined
const NO_CHECKPOINT: Checkpoint = { saved: undefined, save: nothing, clear: nothing, release: nothing }
