// Client-side encryption for Node.
export { AESProvider, type AESProviderOptions } from './aes-provider-node.js'
export type { EncryptionSettings } from './encryption.js'
export type { KeyProvider, KeyProviderOptions } from './key-provider.js'
