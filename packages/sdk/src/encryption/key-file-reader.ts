// Reads the files that hold keys.
import { readFile, stat } from 'node:fs/promises'
import { unusable } from './metadata.js'

/** Far more than any key has; whatever is larger was meant for something else. */
const KEY_FILE_BYTES_MAX = 64 * 1024

/** The file's text; kind `encryption` where it is missing or can't be read. */
export async function readKeyFile(path: string): Promise<string> {
  try {
    const { size } = await stat(path)
    if (size > KEY_FILE_BYTES_MAX) throw unusable(`The key file ${path} is too large for a key`)
    return await readFile(path, 'utf8')
  } catch (error) {
    const { code } = error as { readonly code?: string }
    if (code === undefined) throw error
    const advice = code === 'ENOENT' ? '. No key is made by itself: coset keygen makes one' : ` (${code})`
    throw unusable(`The key file ${path} can't be read${advice}`, error)
  }
}
