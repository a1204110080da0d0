// Node's side of everything that browsers do otherwise.
import type { Context } from './context.js'
import type { Files } from './files.js'
import { nodeFiles } from './files-node.js'
import { nodeMd5, nodeSha1 } from './hashing-node.js'
import { ObjectBody } from './object-body-node.js'
import type { Platform } from './platform.js'
import { sleep } from './sleep.js'
import type { CheckpointStore } from './transfer/checkpoint.js'
import { fileCheckpoints } from './transfer/checkpoint-files.js'
import { createUndiciTransport } from './transport-undici.js'

export interface NodePlatform extends Platform {
  readonly files: Files
  /** Where transfers keep what they need to go on later; `folder` instead of the usual one. */
  checkpoints(folder?: string): CheckpointStore
}

export type NodeContext = Context<NodePlatform>

export const platform: NodePlatform = {
  sha1: nodeSha1,
  md5: nodeMd5,
  files: nodeFiles,
  objectBody(source) {
    return new ObjectBody(source, this.files)
  },
  async selectBody(source) {
    const { SelectBody } = await import('./select/select-body-node.js')
    return new SelectBody(source, this.files)
  },
  transport: createUndiciTransport,
  checkpoints: (folder) => fileCheckpoints(folder),
  now: () => Date.now(),
  random: () => Math.random(),
  sleep,
}
