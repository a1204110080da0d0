// COS's own signature in four files: the encoding, signing a request, reading a signature, verifying it.
export {
  type ParsedSignature,
  parseAuthorization,
  parseKeyTime,
  parseQuerySignature,
  parseSignParam,
  type SignatureFields,
  type SignatureTime,
} from './authorization.js'
export {
  type Authorization,
  type AuthorizationInput,
  authorization,
  createSignKeyCache,
  type HttpString,
  httpString,
  type KeyTime,
  type NameValue,
  type RequestToSign,
  type Sha1,
  type SignKeys,
  signature,
  signKey,
  stringToSign,
} from './sign.js'
export { urlEncode, urlEncodeLatin1 } from './url-encode.js'
export {
  equalConstantTime,
  hostVariants,
  type RequestToVerify,
  type SignatureToVerify,
  type Verification,
  verifySignature,
} from './verify.js'
