// From relative paths to keys and back: what one side can not name is refused, and no key leads out of a folder.
import { assertKey, Fault } from '@coset/model'
import { CosClientError } from '../../errors.js'

/** Bytes that file systems take for one name. */
const NAME_BYTES_MAX = 255

/** `data` and `data/` are the same folder; an empty prefix is the bucket itself. */
export function folderPrefix(prefix: string): string {
  if (typeof prefix !== 'string') throw new CosClientError('validation', 'Prefix must be text.')
  return prefix === '' || prefix.endsWith('/') ? prefix : `${prefix}/`
}

/** Throws a CosClientError of kind `validation` for a key that no object can have. */
export function keyOf(prefix: string, relative: string): string {
  const key = prefix + relative
  try {
    assertKey(key)
  } catch (cause) {
    if (!(cause instanceof Fault)) throw cause
    throw new CosClientError('validation', `${quoted(relative)} can not be a key: ${cause.message}`, {
      cause,
    })
  }
  return key
}

/**
 * The names of a relative path that stands for a key, from the outermost folder to the file. Throws a CosClientError of
 * kind `file` for what is no path below the folder, or not the same on every machine of this system.
 */
export function namesOf(relative: string, os: NodeJS.Platform): readonly string[] {
  const names = relative.split('/')
  for (const name of names) {
    const problem = problemOf(name) ?? (os === 'win32' ? windowsProblemOf(name) : undefined)
    if (problem !== undefined) {
      throw new CosClientError('file', `${quoted(relative)} can not be a path below the folder: ${problem}.`)
    }
  }
  return names
}

function problemOf(name: string): string | undefined {
  if (name === '') return 'it has an empty name'
  if (name === '.' || name === '..') return `it has the name ${name}`
  if (name.includes('\0')) return 'it holds a NUL'
  if (Buffer.byteLength(name) > NAME_BYTES_MAX) return `it has a name of more than ${NAME_BYTES_MAX} bytes`
  return undefined
}

const WINDOWS_DEVICE = /^(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$)(?:\.|$)/i

/** Such names lead to another drive, a stream, a device, or to a file of another name. */
function windowsProblemOf(name: string): string | undefined {
  for (const character of name) {
    if (character < ' ' || '<>:"|?*\\'.includes(character)) {
      return `Windows takes no ${quoted(character)} in names`
    }
  }
  if (/[. ]$/.test(name)) return 'Windows takes no name that ends in a dot or a space'
  return WINDOWS_DEVICE.test(name) ? `${quoted(name)} is a device on Windows` : undefined
}

/** Names that such file systems take for the same are the same. */
export function foldName(path: string): string {
  return path.normalize('NFC').toLowerCase()
}

function quoted(text: string): string {
  return JSON.stringify(text)
}
