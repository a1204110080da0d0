// The packages as a registry would have them, installed beside the programs of a user.
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('../..', import.meta.url))
const PACKED = ['model', 'protocol', 'sdk']
/** What the packages depend on, and what users of TypeScript in Node have. */
const INSTALLED = ['undici', 'undici-types', 'hash-wasm', '@types/node']

export interface Installation {
  readonly folder: string
  remove(): void
}

export function installPackages(): Installation {
  const folder = mkdtempSync(join(tmpdir(), 'coset-packages-'))
  const modules = join(folder, 'node_modules')
  unpack(modules)
  for (const name of INSTALLED) {
    mkdirSync(join(modules, name, '..'), { recursive: true })
    symlinkSync(join(root, 'node_modules', name), join(modules, name))
  }
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) }
}

/** Through npm, so that what `files` leaves out is missing here too. */
function unpack(modules: string): void {
  mkdirSync(modules)
  const workspaces = PACKED.map((name) => `--workspace=packages/${name}`)
  const packed = execFileSync('npm', ['pack', '--json', '--pack-destination', modules, ...workspaces], {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  for (const { name, filename } of JSON.parse(packed) as readonly PackedFile[]) {
    mkdirSync(join(modules, name), { recursive: true })
    execFileSync('tar', ['-xzf', join(modules, filename), '-C', join(modules, name), '--strip-components=1'])
  }
}

interface PackedFile {
  readonly name: string
  readonly filename: string
}
