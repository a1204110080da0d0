// What every command of this repository does first: install when the lockfile asks for it, then build.
import { spawnSync } from 'node:child_process'
import { copyFileSync, existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = dirname(dirname(fileURLToPath(import.meta.url)))
const FLOOR = [20, 19]

/** Installs and builds these projects as needed; ends the process with a clear line when it can't. */
export function bootstrap(...projects) {
  install()
  run('building', tool('typescript', 'bin/tsc'), ['-b', ...projects])
  run('bundling', join(root, 'tools', 'sdk-bundles.mjs'), [])
}

export function install() {
  assertNode()
  const lock = join(root, 'package-lock.json')
  const stamp = join(root, 'node_modules', '.coset-lock')
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === readFileSync(lock, 'utf8')) return
  const npm = process.env.npm_execpath
  const args = ['ci', '--ignore-scripts', '--no-audit', '--no-fund']
  console.error('installing dependencies (npm ci)...')
  const command = npm?.endsWith('.js') ? [process.execPath, [npm, ...args]] : ['npm', args]
  const result = spawnSync(command[0], command[1], { cwd: root, stdio: ['ignore', 2, 2] })
  if (result.status !== 0) end(`npm ci failed; see above. Its exit code: ${result.status ?? result.signal}.`)
  copyFileSync(lock, stamp)
}

/** Runs a Node program of ours and ends the process when it fails. */
export function run(what, file, args, options = {}) {
  const result = spawnSync(process.execPath, [file, ...args], { cwd: root, stdio: 'inherit', ...options })
  if (result.status !== 0) end(`${what} failed.`, result.status ?? 1)
}

/** A file of an installed package. */
export function tool(name, file) {
  return join(root, 'node_modules', name, file)
}

export function end(message, code = 1) {
  console.error(message)
  process.exit(code)
}

function assertNode() {
  const [major, minor] = process.versions.node.split('.').map(Number)
  if (major > FLOOR[0] || (major === FLOOR[0] && minor >= FLOOR[1])) return
  end(`coset needs Node ${FLOOR.join('.')} or newer; this is ${process.version}.`)
}
