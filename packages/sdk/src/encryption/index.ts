// Client-side encryption for Node.
export { AESProvider, type AESProviderOptions } from './aes-provider-node.js'
export { CosEncryptionClient } from './client-node.js'
export type { RewrapInput } from './copy-calls.js'
export type { EncryptedReadOptions } from './encrypted-calls.js'
export type {
  EncryptedCopyOptions,
  EncryptedHeadOutput,
  EncryptedOperations,
} from './encrypted-operations.js'
export type { EncryptionSettings } from './encryption.js'
export type { KeyProvider, KeyProviderOptions } from './key-provider.js'
export type { EncryptionFacts } from './read-calls.js'
export type { EncryptedCreateInput, EncryptedCreateOutput, EncryptedPartOptions } from './upload-calls.js'
export type { EncryptedUploadOptions } from './upload-ciphers.js'
