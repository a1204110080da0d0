// coset serve
import { resolve } from 'node:path'
import {
  type Credential,
  DEFAULT_CONFIG,
  LOG_LEVELS,
  type LogLevel,
  REMOTE_ENDPOINT,
  type RemoteConfig,
  type Running,
} from '@coset/server'
import { Command, InvalidArgumentError, Option } from 'commander'
import { fail } from '../output.js'
import { remoteFromEnvironment } from '../remote-environment.js'
import { parseRestoreDuration, type RestoreDurations } from './restore-duration.js'
import { type ScrubScheduleFlags, scrubScheduleOf, withScrubOptions } from './scrub-schedule.js'
import { type SelectFlags, selectSettingsOf, withSelectOptions } from './select-options.js'

interface ServeFlags extends ScrubScheduleFlags, SelectFlags {
  readonly data: string
  readonly coldData?: string
  readonly listen: { readonly host: string; readonly port: number }
  readonly region: string
  readonly appid: string
  readonly workers: number
  readonly domain: readonly string[]
  readonly accessLog: boolean
  readonly restoreDuration: RestoreDurations
  readonly logLevel: LogLevel
}

const HELP = `
Environment (flags win over it):
  COSET_SECRET_ID, COSET_SECRET_KEY   the root key pair; without them a pair is made at random on the
                                      first start and kept in the data folder, readable by its owner only
  COSET_DATA, COSET_COLD_DATA, COSET_LISTEN, COSET_REGION, COSET_APPID, COSET_WORKERS, COSET_DOMAIN,
  COSET_RESTORE_DURATION, COSET_LOG_LEVEL, COSET_SCRUB_EVERY, COSET_SCRUB_RATE,
  COSET_SELECT and COSET_SELECT_… as the flags of that name
  COSET_REMOTE_SECRET_ID, COSET_REMOTE_SECRET_KEY, COSET_REMOTE_TOKEN
                                      a key pair of COS, to copy from buckets of other regions; without it
                                      such copies are refused. COSET_REMOTE_ENDPOINT says where to read:
                                      ${REMOTE_ENDPOINT}

Probes: GET /health/live and GET /health/ready.
Ctrl-C or SIGTERM waits for requests under way, at most ${DEFAULT_CONFIG.drainMs / 1000} seconds, and exits 0.`

export function serveCommand(): Command {
  const command = new Command('serve')
    .description('Serve a data folder over HTTP.')
    .addOption(new Option('--data <dir>', 'the data folder').env('COSET_DATA').default('./coset-data'))
    .addOption(
      new Option('--cold-data <dir>', 'a second folder, for the bytes of archived objects').env(
        'COSET_COLD_DATA',
      ),
    )
    .addOption(
      new Option('--listen <host:port>', 'the address to listen on; port 0 takes any that is free')
        .env('COSET_LISTEN')
        .argParser(parseListen)
        .default({ host: '127.0.0.1', port: 9000 }, '127.0.0.1:9000'),
    )
    .addOption(
      new Option('--region <region>', 'the region served')
        .env('COSET_REGION')
        .argParser(parseRegion)
        .default(DEFAULT_CONFIG.region),
    )
    .addOption(
      new Option('--appid <number>', 'the account that owns the buckets')
        .env('COSET_APPID')
        .argParser(parseAppId)
        .default(DEFAULT_CONFIG.appid),
    )
    .addOption(
      new Option('--workers <count>', 'serving processes')
        .env('COSET_WORKERS')
        .argParser(parseWorkers)
        .default(1),
    )
    .addOption(
      new Option(
        '--domain <domain...>',
        'also answer to <bucket>.<domain>, besides *.localhost and the hosts of COS',
      )
        .env('COSET_DOMAIN')
        .default([], 'none'),
    )
    .addOption(
      new Option(
        '--restore-duration <class:tier=time>',
        'how long bringing an archived object back takes, such as ARCHIVE:Standard=3h; repeatable',
      )
        .env('COSET_RESTORE_DURATION')
        .argParser(parseRestoreDuration)
        .default(DEFAULT_CONFIG.restoreMs, 'a few seconds'),
    )
    .addOption(new Option('--access-log', 'log one line a request').default(false))
    .addOption(
      new Option('--log-level <level>', 'the least level logged')
        .env('COSET_LOG_LEVEL')
        .choices(LOG_LEVELS)
        .default('info'),
    )
  return withSelectOptions(withScrubOptions(command))
    .addHelpText('after', HELP)
    .action((flags: ServeFlags) => serve(flags))
}

async function serve(flags: ServeFlags): Promise<void> {
  const { run, defaultSelectSettings } = await import('@coset/server')
  const { host, port } = flags.listen
  const credential = credentialFromEnvironment()
  const running = await run({
    data: resolve(flags.data),
    coldData: flags.coldData && resolve(flags.coldData),
    host,
    port,
    region: flags.region,
    appid: flags.appid,
    workers: flags.workers,
    credential,
    remote: remoteOrFail(),
    domains: flags.domain.flatMap((domain) => domain.split(',')).filter((domain) => domain !== ''),
    accessLog: flags.accessLog,
    restoreMs: flags.restoreDuration,
    select: selectSettingsOf(flags, defaultSelectSettings()),
    logLevel: flags.logLevel,
    scrub: scrubScheduleOf(flags),
    terminal: process.stderr.isTTY === true,
  }).catch((error: unknown) => fail(explain(error, flags)))
  // First: whoever reads the announcement may send a signal at once.
  stopOnSignals(running)
  announce(running, flags)
  fail((await running.failed).message)
}

function credentialFromEnvironment(): Credential | undefined {
  const { COSET_SECRET_ID: secretId, COSET_SECRET_KEY: secretKey } = process.env
  if (secretId && secretKey) return { secretId, secretKey }
  if (secretId || secretKey) return fail('Set both COSET_SECRET_ID and COSET_SECRET_KEY, or neither.')
  return undefined
}

function remoteOrFail(): RemoteConfig | undefined {
  try {
    return remoteFromEnvironment(process.env)
  } catch (error) {
    return fail((error as Error).message)
  }
}

function announce(running: Running, { listen, region, appid, data, coldData }: ServeFlags): void {
  const endpoint = `${listen.host.includes(':') ? `[${listen.host}]` : listen.host}:${running.port}`
  const { secretId, secretKey } = running.credential
  if (!process.stdout.isTTY) {
    const event = {
      event: 'listening',
      endpoint: `http://${endpoint}`,
      region,
      appid,
      data: resolve(data),
      coldData: coldData && resolve(coldData),
      secretId,
    }
    console.log(JSON.stringify({ ...event, credentials: running.credentialFile ?? 'environment' }))
    return
  }
  const shownKey = running.credentialFile ? secretKey : '<COSET_SECRET_KEY>'
  console.log(`coset serves ${resolve(data)}

  Endpoint   http://${endpoint}
  Region     ${region}
  SecretId   ${secretId}
  SecretKey  ${shownKey}${running.credentialFile ? `\n  kept in    ${running.credentialFile}` : ''}

Paste into a TypeScript file:

  import { CosClient } from '@coset/sdk'
  const cos = new CosClient({
    Region: '${region}', Scheme: 'http', Endpoint: '${endpoint}',
    SecretId: '${secretId}', SecretKey: '${shownKey}',
  })
  const Bucket = 'examplebucket-${appid}'
  await cos.putBucket({ Bucket })
  await cos.putObject({ Bucket, Key: 'hello.txt', Body: 'hello' })
  console.log(await (await cos.getObject({ Bucket, Key: 'hello.txt' })).Body.text())

Ctrl-C stops it.`)
}

/** The first signal drains, a second ends at once. */
function stopOnSignals(running: Running): void {
  let stopping = false
  const stop = () => {
    if (stopping) process.exit(130)
    stopping = true
    running.stop().then(
      () => process.exit(0),
      (error: unknown) => fail(error instanceof Error ? error.message : String(error)),
    )
  }
  process.on('SIGINT', stop)
  process.on('SIGTERM', stop)
}

function explain(error: unknown, { listen }: ServeFlags): string {
  const { code, message } = error as { readonly code?: string; readonly message?: string }
  const address = `${listen.host}:${listen.port}`
  if (code === 'EADDRINUSE') return `The address ${address} is in use; choose another with --listen.`
  if (code === 'EACCES') return `The address ${address} may not be listened on; choose another with --listen.`
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') return `This machine has no address ${listen.host}.`
  return message ?? String(error)
}

function parseListen(text: string): ServeFlags['listen'] {
  const [, ipv6, host = ipv6, port] = /^(?:\[([0-9a-fA-F:.]+)\]|([^:\s]+)):(\d{1,5})$/.exec(text) ?? []
  if (host === undefined || port === undefined || Number(port) > 65_535) {
    throw new InvalidArgumentError('It has the form HOST:PORT, such as 127.0.0.1:9000 or [::1]:9000.')
  }
  return { host, port: Number(port) }
}

function parseRegion(text: string): string {
  if (!/^[a-z0-9][a-z0-9-]{1,40}$/.test(text))
    throw new InvalidArgumentError('A region looks like ap-guangzhou.')
  return text
}

function parseAppId(text: string): string {
  if (!/^\d{1,20}$/.test(text))
    throw new InvalidArgumentError('An APPID is a decimal number such as 1250000000.')
  return text
}

function parseWorkers(text: string): number {
  const count = Number(text)
  if (!/^\d{1,3}$/.test(text) || count < 1 || count > 256)
    throw new InvalidArgumentError('It is a number from 1 to 256.')
  return count
}
