// Hashes, by Node's own crypto.
import { createHash, createHmac, hash } from 'node:crypto'
import type { Sha1 } from '@coset/protocol'
import type { Md5 } from './platform.js'

export const nodeSha1: Sha1 = {
  hash: (text) => hash('sha1', text),
  hmac: (key, text) => createHmac('sha1', key).update(text).digest('hex'),
}

export function nodeMd5(): Md5 {
  const md5 = createHash('md5')
  return {
    update: (bytes) => void md5.update(bytes),
    base64: () => md5.digest('base64'),
  }
}
