// Wiring: opens the data folder, serves in this process or in several, and stops in order.
import type { RestoreDurations } from '@coset/core'
import type { SelectSettings } from '@coset/select'
import { openLocalStore } from '@coset/store-local'
import { type Credential, DEFAULT_CONFIG, type RemoteConfig, type ServerConfig } from './config.js'
import { loadCredential } from './credentials.js'
import { threadedDigester } from './digest-thread.js'
import { createLog, type LogLevel } from './log.js'
import { type ScrubSchedule, startScrub } from './scrub-task.js'
import { serve, storeAbove, systemClock, tuneProcess } from './server.js'
import { startTasks } from './tasks.js'
import { startWorkers } from './workers.js'

export interface RunOptions {
  /** The data folder, which this process takes for itself. */
  readonly data: string
  /** A second folder, for the bytes of archived objects; undefined keeps all in one. */
  readonly coldData: string | undefined
  readonly host: string
  readonly port: number
  readonly region: string
  /** The account's number. */
  readonly appid: string
  /** Processes that serve; 1 serves in this one. */
  readonly workers: number
  /** Default: a pair kept in the data folder, made at random when there is none. */
  readonly credential: Credential | undefined
  readonly domains: readonly string[]
  /** Undefined: copies from other regions are refused. */
  readonly remote: RemoteConfig | undefined
  readonly accessLog: boolean
  /** How long bringing an archived object back takes, for each class and tier. */
  readonly restoreMs: RestoreDurations
  /** What queries may take, all serving processes together; undefined: SELECT is switched off. */
  readonly select: SelectSettings | undefined
  readonly logLevel: LogLevel
  /** Read everything every so often to find damage; undefined: never. */
  readonly scrub?: ScrubSchedule | undefined
  /** Log in text for a person instead of JSON. */
  readonly terminal: boolean
}

export interface Running {
  readonly port: number
  readonly credential: Credential
  /** Where the pair is kept; undefined when it was given. */
  readonly credentialFile: string | undefined
  /** Resolves when serving ended by itself, which is a failure. */
  readonly failed: Promise<Error>
  stop(): Promise<void>
}

/** What serves, in this process or in others. */
export interface Serving {
  readonly port: number
  readonly failed: Promise<Error>
  stop(): Promise<void>
}

/** Throws the store's errors, and the system's when the address can't be listened on. */
export async function run(options: RunOptions): Promise<Running> {
  const startedMs = Date.now()
  tuneProcess()
  const log = createLog(options.logLevel, options.terminal)
  const local = await openLocalStore({ dir: options.data, coldDir: options.coldData })
  try {
    const kept = options.credential ? undefined : await loadCredential(options.data)
    const credential = options.credential ?? kept
    if (!credential) throw new Error('There is no key pair.')
    const store = await storeAbove({ ...local, createDigester: await threadedDigester() })
    const { host, port, data, coldData, logLevel, terminal } = options
    const config = configOf(options, credential)
    const serving =
      options.workers > 1
        ? await startWorkers({ config, host, port, data, coldData, logLevel, terminal }, options.workers, log)
        : await serveHere()
    const tasks = startTasks(store, log, systemClock, startedMs)
    const around = { store, log, clock: systemClock }
    const scrubbing = options.scrub && startScrub(around, options.scrub)
    return {
      port: serving.port,
      credential,
      credentialFile: kept?.file,
      failed: serving.failed,
      async stop() {
        await serving.stop()
        await Promise.all([tasks.stop(), scrubbing?.stop()])
        await local.close()
      },
    }

    async function serveHere(): Promise<Serving> {
      const server = await serve({ config, store, log, clock: systemClock, host, port })
      return { port: server.address.port, failed: new Promise(() => {}), stop: () => server.stop() }
    }
  } catch (error) {
    await local.close()
    throw error
  }
}

function configOf(options: RunOptions, { secretId, secretKey }: Credential): ServerConfig {
  return {
    ...DEFAULT_CONFIG,
    region: options.region,
    appid: options.appid,
    credentials: [{ secretId, secretKey }],
    domains: [...DEFAULT_CONFIG.domains, ...options.domains],
    remote: options.remote,
    accessLog: options.accessLog,
    restoreMs: options.restoreMs,
    select: options.select && perProcess(options.select, options.workers),
  }
}

/** Each of several serving processes admits its share of the queries, and at least one at a time. */
function perProcess(settings: SelectSettings, workers: number): SelectSettings {
  const share = (count: number) => Math.max(1, Math.floor(count / workers))
  const { concurrency, waitingMax } = settings
  return { ...settings, concurrency: share(concurrency), waitingMax: share(waitingMax) }
}
