// coset keygen, as a user runs it: the built command.
import { execFile, execFileSync } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'

vi.setConfig({ testTimeout: 60_000, hookTimeout: 180_000 })

const ROOT = fileURLToPath(new URL('../../../../', import.meta.url))
const COMMAND = join(ROOT, 'packages/cli/bin/coset.cjs')

let folder: string
beforeAll(() => {
  const tsc = join(ROOT, 'node_modules/typescript/bin/tsc')
  execFileSync(process.execPath, [tsc, '-b', 'packages/cli'], { cwd: ROOT, stdio: 'pipe' })
})
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'coset-keygen-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

interface End {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

function keygen(...args: readonly string[]): Promise<End> {
  return new Promise((resolve) => {
    execFile(process.execPath, [COMMAND, 'keygen', ...args], { cwd: folder }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr })
    })
  })
}

describe('coset keygen', () => {
  it('makes an AES key that only its owner can read, and tells its id', async () => {
    const { code, stdout, stderr } = await keygen('aes', 'master.key', '--json')
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(JSON.parse(stdout)).toEqual({
      event: 'keygen',
      type: 'aes',
      keyId: expect.stringMatching(/^aes-/),
      file: 'master.key',
    })
    expect((await stat(join(folder, 'master.key'))).mode & 0o777).toBe(0o600)
    expect(stdout).not.toContain((await readFile(join(folder, 'master.key'), 'utf8')).trim())
  })

  it('never overwrites a key', async () => {
    await keygen('aes', 'master.key')
    const before = await readFile(join(folder, 'master.key'))
    const { code, stderr } = await keygen('aes', 'master.key')
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining('ever overwritten') })
    expect(await readFile(join(folder, 'master.key'))).toEqual(before)
  })

  it('makes a pair of RSA keys, the private one encrypted', async () => {
    await writeFile(join(folder, 'passphrase'), 'open sesame\nnothing of this')
    const options = ['--bits', '2048', '--passphrase-file', 'passphrase']
    const { code, stdout } = await keygen('rsa', 'public.pem', 'private.pem', ...options)
    expect(code).toBe(0)
    expect(stdout).toMatch(/^public.pem and private.pem have the pair rsa-/)
    expect(await readFile(join(folder, 'private.pem'), 'utf8')).toContain('ENCRYPTED')
    expect((await stat(join(folder, 'private.pem'))).mode & 0o777).toBe(0o600)
  })

  it('refuses what it can not do in one line, and leaves nothing', async () => {
    await writeFile(join(folder, 'empty'), '\n')
    const refusals = [
      [['rsa', 'a', 'b', '--bits', '1024'], '2048, 3072, 4096'],
      [['rsa', 'a', 'b', '--passphrase-file', 'none'], 'ENOENT'],
      [['rsa', 'a', 'b', '--passphrase-file', 'empty'], 'empty'],
      [['aes', 'none/key'], "can't be written"],
      [['aes'], 'missing required argument'],
    ] as const
    for (const [args, message] of refusals) {
      const { code, stderr } = await keygen(...args)
      expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining(message) })
    }
    expect(await readdir(folder)).toEqual(['empty'])
  })

  it('has help with examples', async () => {
    const { stdout } = await keygen('--help')
    expect(stdout).toContain('coset keygen aes master.key')
    expect((await keygen('rsa', '--help')).stdout).toContain('--passphrase-file')
  })
})
