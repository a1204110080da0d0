// Client-side encryption for browsers: nothing that this imports uses a module or a global of Node.
export { CallbackProvider, type CallbackProviderOptions, type UnwrapContext } from './callback-provider.js'
export { CosEncryptionClient } from './client-browser.js'
export type { RewrapInput } from './copy-calls.js'
export type { EncryptedReadOptions } from './encrypted-calls.js'
export type {
  EncryptedCopyOptions,
  EncryptedHeadOutput,
  EncryptedOperations,
} from './encrypted-operations.js'
export type { EncryptionSettings } from './encryption.js'
export type { KeyProvider, KeyProviderOptions } from './key-provider.js'
export { AESProvider, type AESProviderOptions, RSAProvider } from './providers-browser.js'
export type { EncryptionFacts } from './read-calls.js'
export type { RSAProviderOptions, RsaKeyPair } from './rsa-master-key.js'
export type { EncryptedCreateInput, EncryptedCreateOutput, EncryptedPartOptions } from './upload-calls.js'
export type { EncryptedUploadOptions } from './upload-ciphers.js'
