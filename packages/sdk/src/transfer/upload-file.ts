// Uploads a local file.
import { resolve } from 'node:path'
import { targetOf } from '../addressing.js'
import { CosClientError } from '../errors.js'
import type { NodeContext } from '../platform-node.js'
import { settledOr, withinClient } from './background.js'
import { openFileSource } from './file-source.js'
import type { ProgressMeter } from './progress.js'
import {
  type CheckpointOptions,
  storedInput,
  type UploadFileInput,
  type UploadOptions,
  type UploadOutput,
} from './upload-input.js'
import { meterOf, uploadSource } from './upload-run.js'

export interface UploadFileOptions extends UploadOptions, CheckpointOptions {}

/** Times a file is taken anew because it changed while it was being uploaded. */
const RESTARTS_MAX = 1

export function uploadFile(
  context: NodeContext,
  input: UploadFileInput,
  options: UploadFileOptions,
): Promise<UploadOutput> {
  return withinClient(context.background, options.signal, async (signal) => {
    const meter = meterOf(context, input, options)
    for (let restarts = 0; ; restarts++) {
      try {
        return await uploadOnce(context, input, { ...options, signal }, meter)
      } catch (error) {
        const isChanged = error instanceof CosClientError && error.kind === 'changed'
        if (!isChanged || restarts >= RESTARTS_MAX) throw error
        meter.restart()
      }
    }
  })
}

async function uploadOnce(
  context: NodeContext,
  { LocalFilePath, ...members }: UploadFileInput,
  { checkpoint = true, ...options }: UploadFileOptions,
  meter: ProgressMeter,
): Promise<UploadOutput> {
  const input = storedInput(members)
  const { host, path } = targetOf(context.settings, { bucket: input.Bucket, key: input.Key })
  const source = await openFileSource(LocalFilePath)
  try {
    const checkpoints = checkpoint !== false && {
      store: context.platform.checkpoints(typeof checkpoint === 'object' ? checkpoint.folder : undefined),
      id: ['upload', host, path, resolve(LocalFilePath)],
    }
    return await uploadSource(
      context,
      { input, members, source, checkpoints: checkpoints || undefined, meter },
      options,
    )
  } finally {
    await settledOr(context.background.track(source.close()), options.signal)
  }
}
