// The COS server. `@coset/server/testing` starts one inside a test.

export type { Damage, ScrubProgress } from '@coset/core'
export { defaultSelectSettings, type SelectSettings } from '@coset/select'
export {
  type ReclaimOptions,
  type ReclaimOutcome,
  reclaimFolder,
  type ScrubFolderOptions,
  scrubFolder,
} from './admin.js'
export {
  type Credential,
  DEFAULT_CONFIG,
  isRemoteEndpoint,
  REMOTE_ENDPOINT,
  type RemoteConfig,
  restoreDurations,
  type ServerConfig,
} from './config.js'
export { LOG_LEVELS, type LogLevel } from './log.js'
export { type Running, type RunOptions, run } from './main.js'
export type { ScrubSchedule } from './scrub-task.js'
