// Where the examples find a server: what `npm start` printed, in the environment.
import type { CosClientOptions } from '@coset/sdk'

export const Bucket = 'examplebucket-1250000000'

export function settings(): CosClientOptions {
  const { COSET_ENDPOINT, COSET_SECRET_ID, COSET_SECRET_KEY } = process.env
  if (!COSET_SECRET_ID || !COSET_SECRET_KEY) {
    throw new Error('Set COSET_SECRET_ID and COSET_SECRET_KEY to the key pair that the server printed.')
  }
  return {
    Region: 'ap-guangzhou',
    Scheme: 'http',
    Endpoint: COSET_ENDPOINT ?? '127.0.0.1:9000',
    SecretId: COSET_SECRET_ID,
    SecretKey: COSET_SECRET_KEY,
  }
}
