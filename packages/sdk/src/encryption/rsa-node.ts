// RSA by Node's cryptography.
import { unusable } from './metadata.js'
import type { RsaPair, RsaPairText } from './primitives.js'

export function nodeRsaPair(_text: RsaPairText): RsaPair {
  throw unusable('RSA is not there yet')
}
