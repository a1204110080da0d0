// Client-side encryption for Node.
export { AESProvider, type AESProviderOptions } from './aes-provider-node.js'
export { CallbackProvider, type CallbackProviderOptions, type UnwrapContext } from './callback-provider.js'
export { CosEncryptionClient } from './client-node.js'
export type { RewrapInput } from './copy-calls.js'
export type { EncryptedReadOptions } from './encrypted-calls.js'
export type {
  EncryptedCopyOptions,
  EncryptedHeadOutput,
  EncryptedOperations,
} from './encrypted-operations.js'
export type { EncryptionSettings } from './encryption.js'
export {
  type CreatedKey,
  createAesKeyFile,
  createRsaKeyFiles,
  type RsaKeyFilesInput,
} from './key-files.js'
export type { KeyProvider, KeyProviderOptions } from './key-provider.js'
export type { EncryptionFacts } from './read-calls.js'
export type { RSAProviderOptions, RsaKeyPair } from './rsa-master-key.js'
export { RSAProvider } from './rsa-provider-node.js'
export type { EncryptedCreateInput, EncryptedCreateOutput, EncryptedPartOptions } from './upload-calls.js'
export type { EncryptedUploadOptions } from './upload-ciphers.js'
