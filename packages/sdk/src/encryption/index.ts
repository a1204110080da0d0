// Client-side encryption for Node.
export { AESProvider, type AESProviderOptions } from './aes-provider-node.js'
export { CallbackProvider, type CallbackProviderOptions, type UnwrapContext } from './callback-provider.js'
export type { EncryptionSettings } from './encryption.js'
export type { KeyProvider, KeyProviderOptions } from './key-provider.js'
export type { RSAProviderOptions, RsaKeyPair } from './rsa-master-key.js'
export { RSAProvider } from './rsa-provider-node.js'
