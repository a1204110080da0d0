// Node's side of everything that browsers do otherwise.
import { nodeFiles } from './files-node.js'
import { nodeMd5, nodeSha1 } from './hashing-node.js'
import type { Platform } from './platform.js'
import { sleep } from './sleep.js'
import { fileCheckpoints } from './transfer/checkpoint-files.js'
import { createUndiciTransport } from './transport-undici.js'

export const platform: Platform = {
  sha1: nodeSha1,
  md5: nodeMd5,
  files: nodeFiles,
  transport: createUndiciTransport,
  checkpoints: (folder) => fileCheckpoints(folder),
  now: () => Date.now(),
  random: () => Math.random(),
  sleep,
}
