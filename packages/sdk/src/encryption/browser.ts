// Client-side encryption for browsers: nothing that this imports uses a module or a global of Node.
export { CallbackProvider, type CallbackProviderOptions, type UnwrapContext } from './callback-provider.js'
export type { EncryptionSettings } from './encryption.js'
export type { KeyProvider, KeyProviderOptions } from './key-provider.js'
export { AESProvider, type AESProviderOptions, RSAProvider } from './providers-browser.js'
export type { RSAProviderOptions, RsaKeyPair } from './rsa-master-key.js'
