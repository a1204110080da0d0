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
  for (const name of PACKED) unpack(name, join(modules, '@coset', name))
  for (const name of INSTALLED) {
    mkdirSync(join(modules, name, '..'), { recursive: true })
    symlinkSync(join(root, 'node_modules', name), join(modules, name))
  }
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) }
}

/** Through npm, so that what `files` leaves out is missing here too. */
function unpack(name: string, to: string): void {
  mkdirSync(to, { recursive: true })
  const packed = execFileSync(
    'npm',
    ['pack', '--ignore-scripts', '--json', '--pack-destination', to, `--workspace=packages/${name}`],
    { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] },
  )
  const [{ filename }] = JSON.parse(packed) as [{ readonly filename: string }]
  execFileSync('tar', ['-xzf', join(to, filename), '-C', to, '--strip-components=1'])
}
