// coset serve, as whoever starts it sees it: the built command in a process of its own.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { type ClientRequest, request } from 'node:http'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { CosClient } from '@coset/sdk'
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'

vi.setConfig({ testTimeout: 60_000, hookTimeout: 180_000 })

const ROOT = fileURLToPath(new URL('../../../../', import.meta.url))
const COMMAND = join(ROOT, 'packages/cli/bin/coset.cjs')
const BUCKET = 'examplebucket-1250000000'
const PATIENCE_MS = 30_000
const LINE = /^coset: [^\n]+\n$/

let dir: string
const started = new Set<Command>()

beforeAll(() => {
  const names = ['model', 'protocol', 'core', 'store-local', 'store-memory', 'select', 'server', 'cli']
  if (names.every((name) => isBuilt(join(ROOT, 'packages', name)))) return
  const tsc = join(ROOT, 'node_modules/typescript/bin/tsc')
  execFileSync(process.execPath, [tsc, '-b', 'packages/cli'], { cwd: ROOT, stdio: 'pipe' })
})

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'coset-cli-'))
})

afterEach(async () => {
  for (const command of started) await command.kill()
  started.clear()
  await rm(dir, { recursive: true, force: true })
})

function isBuilt(folder: string): boolean {
  const info = join(folder, 'dist/.tsbuildinfo')
  if (!existsSync(info)) return false
  const sources = readdirSync(join(folder, 'src'), { recursive: true, encoding: 'utf8' })
  const newest = sources
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
    .map((name) => statSync(join(folder, 'src', name)).mtimeMs)
  return statSync(info).mtimeMs >= Math.max(...newest)
}

/** The command under way, at the head of a process group of its own, so that nothing it starts can outlive a test. */
class Command {
  readonly child: ChildProcess
  readonly exit: Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }>
  stdout = ''
  stderr = ''

  constructor(file: string, args: readonly string[], environment: Readonly<Record<string, string>> = {}) {
    const own = Object.entries(process.env).filter(([name]) => !/^(COSET_|NODE_|VITEST)/.test(name))
    const env = { ...Object.fromEntries(own), ...environment }
    this.child = spawn(file, args, { env, cwd: dir, detached: true, stdio: 'pipe' })
    this.child.stdout?.setEncoding('utf8').on('data', (text) => {
      this.stdout += text
    })
    this.child.stderr?.setEncoding('utf8').on('data', (text) => {
      this.stderr += text
    })
    this.exit = new Promise((resolve) => {
      this.child.on('close', (code, signal) => resolve({ code, signal }))
    })
    started.add(this)
  }

  get pid(): number {
    return this.child.pid ?? 0
  }

  /** The objects of its log; throws for a line that is none. */
  get log(): Record<string, unknown>[] {
    return this.stderr.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line)]))
  }

  signal(signal: NodeJS.Signals): void {
    process.kill(this.pid, signal)
  }

  async kill(): Promise<void> {
    if (isRunning(-this.pid)) process.kill(-this.pid, 'SIGKILL')
    await this.exit
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

/** A process that nobody has waited for yet still has a number, but does nothing. */
function isAlive(pid: number): boolean {
  if (!isRunning(pid)) return false
  const file = `/proc/${pid}/stat`
  return !existsSync(file) || !/\) Z /.test(readFileSync(file, 'latin1'))
}

const coset = (args: readonly string[], environment?: Readonly<Record<string, string>>) =>
  new Command(process.execPath, [COMMAND, ...args], environment)

interface Listening {
  readonly event: string
  readonly endpoint: string
  readonly region: string
  readonly appid: string
  readonly data: string
  readonly secretId: string
  readonly credentials: string
  readonly coldData?: string
}

/** Serves `dir`/data at any free port; resolves once it listens. */
async function serve(args: readonly string[] = [], environment?: Readonly<Record<string, string>>) {
  const data = join(dir, 'data')
  const command = coset(['serve', '--data', data, '--listen', '127.0.0.1:0', ...args], environment)
  await until(() => command.stdout.includes('\n') || command.child.exitCode !== null)
  const [line = ''] = command.stdout.split('\n')
  if (line === '') throw new Error(`It does not serve: ${command.stderr}`)
  return { command, listening: JSON.parse(line) as Listening }
}

/** How a command ends that can't go on. */
async function ending(command: Command) {
  const { code } = await command.exit
  return { code, stdout: command.stdout, stderr: command.stderr }
}

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + PATIENCE_MS
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error('It never came to that.')
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

async function keyPair(): Promise<{ readonly secretId: string; readonly secretKey: string }> {
  return JSON.parse(await readFile(join(dir, 'data/credentials.json'), 'utf8'))
}

async function clientOf({ endpoint }: Listening): Promise<CosClient> {
  const { secretId: SecretId, secretKey: SecretKey } = await keyPair()
  return new CosClient({ Endpoint: endpoint, SecretId, SecretKey })
}

interface Reply {
  readonly status: number
  readonly text: string
}

/** Over a connection of its own. */
function fetchOnce(url: string, options: { method?: string; body?: string } = {}): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { method: options.method ?? 'GET', agent: false }).on('error', reject)
    replyTo(sent).then(resolve, reject)
    sent.end(options.body)
  })
}

function replyTo(sent: ClientRequest): Promise<Reply> {
  return new Promise((resolve, reject) => {
    sent.on('error', reject)
    sent.on('response', async (response) => {
      let text = ''
      for await (const chunk of response) text += chunk
      resolve({ status: response.statusCode ?? 0, text })
    })
  })
}

/** An upload whose body the server is waiting for; `finish` sends it. */
async function slowUpload(cos: CosClient, Key: string) {
  const url = cos.getPresignedUrl({ Method: 'PUT', Bucket: BUCKET, Key })
  const headers = { expect: '100-continue', 'content-length': 100_000 }
  const sent = request(url, { method: 'PUT', headers, agent: false })
  const reply = replyTo(sent)
  reply.catch(() => undefined)
  sent.flushHeaders()
  await new Promise((resolve) => sent.once('continue', resolve))
  sent.write(Buffer.alloc(50_000, 'slow'))
  return {
    reply,
    finish: () => sent.end(Buffer.alloc(50_000, 'slow')),
    abandon: () => sent.destroy(),
  }
}

async function refusesConnections(endpoint: string): Promise<boolean> {
  const { hostname, port } = new URL(endpoint)
  return new Promise((resolve) => {
    const socket = connect(Number(port), hostname)
    socket.on('connect', () => {
      socket.destroy()
      resolve(false)
    })
    socket.on('error', () => resolve(true))
  })
}

async function stopped(command: Command, signal: NodeJS.Signals = 'SIGTERM') {
  command.signal(signal)
  return (await command.exit).code
}

describe('coset', () => {
  it('tells its version', async () => {
    const { version } = JSON.parse(await readFile(join(ROOT, 'packages/cli/package.json'), 'utf8'))
    expect(await ending(coset(['--version']))).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' })
  })

  it('tells what there is', async () => {
    const whole = await ending(coset(['--help']))
    expect([whole.code, whole.stderr]).toEqual([0, ''])
    expect(whole.stdout).toContain('serve')
    const help = await ending(coset(['serve', '--help']))
    expect([help.code, help.stderr]).toEqual([0, ''])
    for (const word of [
      '--data',
      '--listen',
      '--workers',
      'COSET_SECRET_ID',
      'COSET_REMOTE_SECRET_ID',
      '/health/ready',
    ])
      expect(help.stdout).toContain(word)
  })

  it.each([
    ['an unknown flag', ['serve', '--no-such-flag']],
    ['an unknown command', ['fly']],
    ['an address without a port', ['serve', '--listen', '127.0.0.1']],
    ['a port beyond all', ['serve', '--listen', '127.0.0.1:65536']],
    ['no workers', ['serve', '--workers', '0']],
    ['an APPID of letters', ['serve', '--appid', 'abc']],
    ['a region that is none', ['serve', '--region', 'Ap_Guangzhou!']],
    ['a level that is none', ['serve', '--log-level', 'loud']],
    ['a time between scrubs without a unit', ['serve', '--scrub-every', '30']],
    ['a rate of scrubs that is none', ['serve', '--scrub-rate', 'fast']],
    ['a duration of a tier that is none', ['serve', '--restore-duration', 'DEEP_ARCHIVE:Expedited=1m']],
    ['a duration without a unit', ['serve', '--restore-duration', 'ARCHIVE:Standard=3']],
  ])('refuses %s', async (_name, args) => {
    const { code, stdout, stderr } = await ending(coset(args))
    expect(code).toBe(1)
    expect(stdout).toBe('')
    expect(stderr).toMatch(/^error: /)
    expect(stderr).not.toMatch(/^ {4}at /m)
  })
})

describe('serving', () => {
  it('says where, in one line of JSON', async () => {
    const { command, listening } = await serve()
    expect(command.stdout.split('\n')).toHaveLength(2)
    expect(listening).toEqual({
      event: 'listening',
      endpoint: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
      region: 'ap-guangzhou',
      appid: '1250000000',
      data: join(dir, 'data'),
      secretId: (await keyPair()).secretId,
      credentials: join(dir, 'data/credentials.json'),
    })
    expect(command.stdout).not.toContain((await keyPair()).secretKey)
    expect(await stopped(command)).toBe(0)
  })

  it('keeps its key pair to its owner, and uses it again', async () => {
    const first = await serve()
    const file = join(dir, 'data/credentials.json')
    expect((await stat(file)).mode & 0o777).toBe(0o600)
    const kept = await readFile(file, 'utf8')
    expect((await keyPair()).secretKey).toMatch(/^[A-Za-z0-9]{32}$/)
    const cos = await clientOf(first.listening)
    await cos.putBucket({ Bucket: BUCKET })
    await cos.putObject({ Bucket: BUCKET, Key: 'a', Body: 'kept' })
    expect(await stopped(first.command)).toBe(0)
    const second = await serve()
    expect(second.listening.secretId).toBe(first.listening.secretId)
    expect(await readFile(file, 'utf8')).toBe(kept)
    const again = await clientOf(second.listening)
    expect(await (await again.getObject({ Bucket: BUCKET, Key: 'a' })).Body.text()).toBe('kept')
  })

  it('takes the key pair of the environment', async () => {
    const pair = { COSET_SECRET_ID: 'AKIDenvironment', COSET_SECRET_KEY: 'key-of-the-environment' }
    const { command, listening } = await serve([], pair)
    expect(listening).toMatchObject({ secretId: 'AKIDenvironment', credentials: 'environment' })
    expect(existsSync(join(dir, 'data/credentials.json'))).toBe(false)
    const { COSET_SECRET_ID: SecretId, COSET_SECRET_KEY: SecretKey } = pair
    const cos = new CosClient({ Endpoint: listening.endpoint, SecretId, SecretKey })
    expect((await cos.putBucket({ Bucket: BUCKET })).statusCode).toBe(200)
    expect(command.stdout + command.stderr).not.toContain(SecretKey)
  })

  it.each(['COSET_SECRET_ID', 'COSET_SECRET_KEY'])('refuses %s without the other', async (name) => {
    const end = await ending(coset(['serve', '--data', join(dir, 'data')], { [name]: 'half' }))
    expect(end).toEqual({
      code: 1,
      stdout: '',
      stderr: 'coset: Set both COSET_SECRET_ID and COSET_SECRET_KEY, or neither.\n',
    })
    expect(existsSync(join(dir, 'data'))).toBe(false)
  })

  it('refuses half a key pair for other regions', async () => {
    const environment = { COSET_REMOTE_SECRET_ID: 'half' }
    const end = await ending(coset(['serve', '--data', join(dir, 'data')], environment))
    expect([end.code, end.stdout]).toEqual([1, ''])
    expect(end.stderr).toMatch(LINE)
    expect(end.stderr).toContain('COSET_REMOTE_SECRET_KEY')
    expect(existsSync(join(dir, 'data'))).toBe(false)
  })

  it('reads sources of other regions where and as whom the environment says', async () => {
    const far = await serve(['--region', 'ap-shanghai'])
    const source = await clientOf(far.listening)
    await source.putBucket({ Bucket: BUCKET })
    await source.putObject({ Bucket: BUCKET, Key: 'far', Body: 'from afar' })
    const { secretId, secretKey } = await keyPair()
    const own = { COSET_SECRET_ID: 'AKIDnear', COSET_SECRET_KEY: 'key-of-near' }
    const near = await serve(['--data', join(dir, 'near'), '--workers', '2'], {
      ...own,
      COSET_REMOTE_SECRET_ID: secretId,
      COSET_REMOTE_SECRET_KEY: secretKey,
      COSET_REMOTE_ENDPOINT: `${far.listening.endpoint}/{bucket}`,
    })
    const cos = new CosClient({
      Endpoint: near.listening.endpoint,
      SecretId: own.COSET_SECRET_ID,
      SecretKey: own.COSET_SECRET_KEY,
    })
    await cos.putBucket({ Bucket: BUCKET })
    const CopySource = { Bucket: BUCKET, Key: 'far', Region: 'ap-shanghai' }
    await cos.copyObject({ Bucket: BUCKET, Key: 'near', CopySource })
    expect(await (await cos.getObject({ Bucket: BUCKET, Key: 'near' })).Body.text()).toBe('from afar')
    await cos.close()
    await source.close()
    expect(near.command.stdout + near.command.stderr).not.toContain(secretKey)
  })

  it('is set up by the environment, over which flags win', async () => {
    const environment = {
      COSET_DATA: join(dir, 'other'),
      COSET_LISTEN: '127.0.0.1:1',
      COSET_REGION: 'ap-beijing',
      COSET_APPID: '1299999999',
      COSET_WORKERS: 'many',
    }
    const { listening } = await serve(['--region', 'ap-shanghai', '--workers', '1'], environment)
    expect(listening).toMatchObject({
      region: 'ap-shanghai',
      appid: '1299999999',
      data: join(dir, 'data'),
      endpoint: expect.not.stringMatching(/:1$/),
    })
    expect(existsSync(join(dir, 'other'))).toBe(false)
  })

  it('scrubs beside itself when told to, and remembers that it did', async () => {
    const scrubs = (command: Command) =>
      command.log.filter(({ msg }) => msg === 'a scrub has read everything')
    const off = await serve()
    const cos = await clientOf(off.listening)
    await cos.putBucket({ Bucket: BUCKET })
    await cos.putObject({ Bucket: BUCKET, Key: 'a', Body: Buffer.alloc(100_000) })
    expect(await stopped(off.command)).toBe(0)
    expect(scrubs(off.command)).toEqual([])
    const first = await serve(['--scrub-every', '30d', '--scrub-rate', '1GiB'])
    await until(() => scrubs(first.command).length > 0)
    expect(scrubs(first.command)).toMatchObject([{ versions: 1, bytes: 100_000, damaged: 0 }])
    expect(await stopped(first.command)).toBe(0)
    const second = await serve([], { COSET_SCRUB_EVERY: '30d' })
    expect(await stopped(second.command)).toBe(0)
    expect(scrubs(second.command)).toEqual([])
    const third = await serve([], { COSET_SCRUB_EVERY: '1ms' })
    await until(() => scrubs(third.command).length > 0)
  })

  it('answers probes', async () => {
    const { endpoint } = (await serve()).listening
    expect(await fetchOnce(`${endpoint}/health/live`)).toEqual({ status: 200, text: '{"status":"live"}\n' })
    expect(await fetchOnce(`${endpoint}/health/ready`)).toEqual({ status: 200, text: '{"status":"ready"}\n' })
  })

  it.each([1, 2])('logs requests as lines of JSON, without queries or signatures (%d)', async (workers) => {
    const { command, listening } = await serve(['--access-log', '--workers', String(workers)])
    const cos = await clientOf(listening)
    await cos.putBucket({ Bucket: BUCKET })
    const named = { Bucket: BUCKET, Key: 'dir/a b' }
    await cos.putObject({ ...named, Body: 'x' })
    const url = cos.getPresignedDownloadUrl({ ...named, Params: { 'response-cache-control': 'no-cache' } })
    expect((await fetchOnce(url)).status).toBe(200)
    expect((await fetchOnce(url.replace(/q-signature=..../, 'q-signature=0000'))).status).toBe(403)
    await cos.listObjects({ Bucket: BUCKET, Prefix: 'secret-prefix' })
    const requests = () => command.log.filter(({ msg }) => msg === 'request')
    await until(() => requests().length >= 5)
    expect(requests()).toHaveLength(5)
    for (const line of requests())
      expect(line).toMatchObject({ method: expect.any(String), path: expect.stringMatching(/^\/[^?]*$/) })
    expect(requests().map(({ status }) => status)).toEqual(expect.arrayContaining([200, 403]))
    for (const secret of [
      '?',
      'q-signature',
      'q-ak',
      'secret-prefix',
      'no-cache',
      (await keyPair()).secretKey,
    ])
      expect(command.stderr).not.toContain(secret)
  })
})

describe('archived objects', () => {
  const body = Buffer.alloc(100_000, 'cold')
  const archived = { Bucket: BUCKET, Key: 'cold', StorageClass: 'ARCHIVE' } as const
  const filesOf = (folder: string) =>
    readdirSync(join(dir, folder, 'blobs'), { recursive: true, encoding: 'utf8' }).filter(
      (name) => name.length > 3,
    )

  it.each([1, 2])('keep their bytes in the cold folder (%d workers)', async (workers) => {
    const flags = [
      ...['--cold-data', join(dir, 'cold'), '--workers', String(workers)],
      ...['--restore-duration', 'ARCHIVE:Expedited=0s', '--restore-duration', 'ARCHIVE:Standard=1h'],
    ]
    const { command, listening } = await serve(flags)
    expect(listening.coldData).toBe(join(dir, 'cold'))
    const cos = await clientOf(listening)
    await cos.putBucket({ Bucket: BUCKET })
    await cos.putObject({ ...archived, Body: body })
    await cos.putObject({ Bucket: BUCKET, Key: 'warm', Body: body })
    expect([filesOf('data').length, filesOf('cold').length]).toEqual([1, 1])
    const restore = (Key: string, Tier: 'Expedited' | 'Standard') =>
      cos.restoreObject({ Bucket: BUCKET, Key, RestoreRequest: { Days: 1, CASJobParameters: { Tier } } })
    await restore('cold', 'Expedited')
    expect(Buffer.compare(Buffer.from(await (await cos.getObject(archived)).Body.bytes()), body)).toBe(0)
    await cos.putObject({ ...archived, Key: 'slow', Body: body })
    await restore('slow', 'Standard')
    const head = await cos.headObject({ Bucket: BUCKET, Key: 'slow' })
    expect(head.Restore).toBe('ongoing-request="true"')
    expect(await stopped(command)).toBe(0)
  })

  it('take the durations of the environment, of which flags win', async () => {
    const environment = { COSET_RESTORE_DURATION: 'ARCHIVE:Expedited=1h,ARCHIVE:Bulk=0ms' }
    const { listening } = await serve([], environment)
    const cos = await clientOf(listening)
    await cos.putBucket({ Bucket: BUCKET })
    const shown = async (Tier: 'Expedited' | 'Bulk') => {
      await cos.putObject({ ...archived, Body: 'x' })
      await cos.restoreObject({ ...archived, RestoreRequest: { Days: 1, CASJobParameters: { Tier } } })
      return (await cos.headObject(archived)).Restore
    }
    expect(await shown('Expedited')).toBe('ongoing-request="true"')
    expect(await shown('Bulk')).toContain('ongoing-request="false"')
  })
})

describe('what keeps it from serving is told in one line', () => {
  const refused = async (args: readonly string[]) => {
    const { code, stdout, stderr } = await ending(coset(['serve', '--listen', '127.0.0.1:0', ...args]))
    expect(code).toBe(1)
    expect(stdout).toBe('')
    expect(stderr).toMatch(LINE)
    return stderr
  }

  it.each(['1', '2'])('a port that is taken, with %s workers', async (workers) => {
    const taken = createServer().listen(0, '127.0.0.1')
    await new Promise((resolve) => taken.once('listening', resolve))
    try {
      const { port } = taken.address() as { port: number }
      const listen = `127.0.0.1:${port}`
      const told = await refused(['--data', join(dir, 'data'), '--listen', listen, '--workers', workers])
      expect(told).toContain(`${listen} is in use`)
    } finally {
      taken.close()
    }
  })

  it('an address that is not of this machine', async () => {
    const told = await refused(['--data', join(dir, 'data'), '--listen', '192.0.2.1:0'])
    expect(told).toContain('192.0.2.1')
  })

  it('a folder that can not be made', async () => {
    await writeFile(join(dir, 'file'), '')
    expect(await refused(['--data', join(dir, 'file/data')])).toContain(join(dir, 'file/data'))
    expect(await refused(['--data', join(dir, 'file')])).toContain(join(dir, 'file'))
  })

  it('a folder that is in use', async () => {
    const { command, listening } = await serve()
    expect(await refused(['--data', join(dir, 'data')])).toContain(`in use by process ${command.pid}`)
    expect((await fetchOnce(`${listening.endpoint}/health/ready`)).status).toBe(200)
  })

  it('a newer format', async () => {
    await mkdir(join(dir, 'data'))
    await writeFile(join(dir, 'data/format'), '{"format":"coset","version":999}\n')
    expect(await refused(['--data', join(dir, 'data')])).toContain('format 999')
    expect(readdirSync(join(dir, 'data'))).toEqual(['format'])
  })

  it('files of something else', async () => {
    await mkdir(join(dir, 'data'))
    await writeFile(join(dir, 'data/thesis.txt'), 'mine')
    expect(await refused(['--data', join(dir, 'data')])).toContain('something else')
    expect(readdirSync(join(dir, 'data'))).toEqual(['thesis.txt'])
  })

  it('a cold folder that is missing, wrong or not named', async () => {
    const data = ['--data', join(dir, 'data')]
    expect(await stopped((await serve(['--cold-data', join(dir, 'cold')])).command)).toBe(0)
    expect(await refused(data)).toContain('--cold-data')
    expect(await refused([...data, '--cold-data', join(dir, 'none')])).toContain('has no format file')
    const other = ['--data', join(dir, 'other')]
    expect(await refused([...other, '--cold-data', join(dir, 'cold')])).toContain('another data folder')
    expect(existsSync(join(dir, 'none'))).toBe(false)
  })

  it('a key pair that is none', async () => {
    expect(await stopped((await serve()).command)).toBe(0)
    await writeFile(join(dir, 'data/credentials.json'), '{"secretId":""}')
    expect(await refused(['--data', join(dir, 'data')])).toContain('credentials.json')
  })
})

describe.each([1, 2])('stopping, of %d', (workers) => {
  const start = async () => {
    const { command, listening } = await serve(['--workers', String(workers)])
    const cos = await clientOf(listening)
    await cos.putBucket({ Bucket: BUCKET })
    return { command, listening, cos }
  }

  it.each(['SIGTERM', 'SIGINT'] as const)('%s waits for an upload under way', async (signal) => {
    const { command, listening, cos } = await start()
    const upload = await slowUpload(cos, 'slow')
    // Ctrl-C at a terminal reaches every process of the group.
    process.kill(signal === 'SIGINT' ? -command.pid : command.pid, signal)
    await until(() => refusesConnections(listening.endpoint))
    expect(command.child.exitCode).toBeNull()
    upload.finish()
    expect((await upload.reply).status).toBe(200)
    expect(await command.exit).toEqual({ code: 0, signal: null })
    expect(isRunning(-command.pid)).toBe(false)
    const again = await clientOf((await serve()).listening)
    expect((await again.headObject({ Bucket: BUCKET, Key: 'slow' })).ContentLength).toBe(100_000)
  })

  it('a second SIGINT ends it at once', async () => {
    const { command, listening, cos } = await start()
    const upload = await slowUpload(cos, 'lost')
    command.signal('SIGINT')
    await until(() => refusesConnections(listening.endpoint))
    command.signal('SIGINT')
    expect((await command.exit).code).toBe(130)
    await expect(upload.reply).rejects.toThrow()
    await until(() => !isAlive(-command.pid))
    const again = await clientOf((await serve()).listening)
    expect(await again.objectExists({ Bucket: BUCKET, Key: 'lost' })).toBe(false)
  })

  it('SIGKILL leaves a folder that serves again, and no process', async () => {
    const { command, cos } = await start()
    await cos.putObject({ Bucket: BUCKET, Key: 'kept', Body: 'kept' })
    const upload = await slowUpload(cos, 'lost')
    command.signal('SIGKILL')
    expect((await command.exit).signal).toBe('SIGKILL')
    await expect(upload.reply).rejects.toThrow()
    const again = await clientOf((await serve()).listening)
    const { Contents } = await again.listObjects({ Bucket: BUCKET })
    expect(Contents.map(({ Key }) => Key)).toEqual(['kept'])
  })
})

describe('two workers', () => {
  const start = async () => {
    const { command, listening } = await serve(['--workers', '2', '--access-log'])
    const cos = await clientOf(listening)
    await cos.putBucket({ Bucket: BUCKET })
    return { command, listening, cos }
  }
  /** The processes that answered so far. */
  const servants = (command: Command) =>
    new Set(command.log.filter(({ msg }) => msg === 'request').map(({ pid }) => pid as number))
  const get = (cos: CosClient, Key: string) => fetchOnce(cos.getPresignedDownloadUrl({ Bucket: BUCKET, Key }))
  /** Asks until so many processes answered. */
  const meet = async (command: Command, cos: CosClient, count: number) => {
    await until(async () => {
      await get(cos, 'none')
      return servants(command).size >= count
    })
    return [...servants(command)]
  }

  it('serve one folder: each sees at once what the other wrote', async () => {
    const { command, listening, cos } = await start()
    for (let turn = 0; turn < 20; turn++) {
      const Key = `key-${String(turn).padStart(2, '0')}`
      const url = cos.getPresignedUrl({ Method: 'PUT', Bucket: BUCKET, Key })
      expect((await fetchOnce(url, { method: 'PUT', body: `body ${turn}` })).status).toBe(200)
      const reads = await Promise.all([get(cos, Key), get(cos, Key), get(cos, Key)])
      expect(reads.map(({ text }) => text)).toEqual(Array(3).fill(`body ${turn}`))
      const fresh = await clientOf(listening)
      const { Contents } = await fresh.listObjects({ Bucket: BUCKET })
      await fresh.close()
      expect(Contents.at(-1)?.Key).toBe(Key)
      expect(Contents).toHaveLength(turn + 1)
    }
    expect(await meet(command, cos, 2)).toHaveLength(2)
    expect([...servants(command)]).not.toContain(command.pid)
  })

  it('that die are replaced, while the other serves on', async () => {
    const { command, cos } = await start()
    const [first, second] = await meet(command, cos, 2)
    process.kill(first ?? 0, 'SIGKILL')
    await until(() => command.log.some(({ msg }) => msg === 'a worker died and is started again'))
    for (let turn = 0; turn < 10; turn++)
      await cos.putObject({ Bucket: BUCKET, Key: `after-${turn}`, Body: 'x' })
    const all = await meet(command, cos, 3)
    expect(all).toHaveLength(3)
    expect(isAlive(first ?? 0)).toBe(false)
    expect(isAlive(second ?? 0)).toBe(true)
    expect((await cos.listObjects({ Bucket: BUCKET })).Contents).toHaveLength(10)
    expect(await stopped(command)).toBe(0)
    for (const pid of all) expect(isAlive(pid)).toBe(false)
    expect(isRunning(-command.pid)).toBe(false)
  })

  it('stop in order even while one of them is being replaced', async () => {
    const { command, cos } = await start()
    const [first] = await meet(command, cos, 2)
    process.kill(first ?? 0, 'SIGKILL')
    await until(() => command.log.some(({ msg }) => msg === 'a worker died and is started again'))
    expect(await stopped(command)).toBe(0)
    expect(command.stderr).not.toContain('coset: ')
    expect(isRunning(-command.pid)).toBe(false)
  })

  it('stop in order even when they die at that moment', async () => {
    const { command, cos } = await start()
    const workers = await meet(command, cos, 2)
    for (const pid of workers) process.kill(pid, 'SIGKILL')
    expect(await stopped(command)).toBe(0)
    expect(command.stderr).not.toMatch(/coset: |^ {4}at /m)
    expect(isRunning(-command.pid)).toBe(false)
  })
})

const terminal = existsSync('/usr/bin/script') && process.platform === 'linux'
describe.skipIf(!terminal)('at a terminal, which only the script command of Linux makes here', () => {
  it('shows where it is, its key pair, and what to paste', async () => {
    const data = join(dir, 'data')
    // exec: a shell left in between would get the Ctrl-C too, and dash then ends with its own 130.
    const line = `exec '${process.execPath}' '${COMMAND}' serve --data '${data}' --listen 127.0.0.1:0`
    const command = new Command('/usr/bin/script', ['-qec', line, '/dev/null'])
    await until(() => command.stdout.includes('Ctrl-C stops it.'))
    const { secretId, secretKey } = await keyPair()
    const endpoint = /Endpoint {3}http:\/\/(\S+)/.exec(command.stdout)?.[1] ?? ''
    expect(command.stdout).toContain(`SecretId   ${secretId}`)
    expect(command.stdout).toContain(`SecretKey  ${secretKey}`)
    expect(command.stdout).toContain(`Endpoint: '${endpoint}'`)
    expect(command.stdout).toContain(`SecretId: '${secretId}', SecretKey: '${secretKey}'`)
    expect(command.stdout).toContain("import { CosClient } from '@coset/sdk'")
    const cos = await clientOf({ endpoint: `http://${endpoint}` } as Listening)
    expect((await cos.putBucket({ Bucket: BUCKET })).statusCode).toBe(200)
    command.child.stdin?.write('\u0003')
    expect((await command.exit).code).toBe(0)
  })
})
