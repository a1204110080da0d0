// Credentials for other regions, from the environment: secrets have no flags, which every process list would show.
import { isRemoteEndpoint, REMOTE_ENDPOINT, type RemoteConfig } from '@coset/server'

/** Undefined without any of them. Throws an Error that tells what to set. */
export function remoteFromEnvironment(environment: NodeJS.ProcessEnv): RemoteConfig | undefined {
  const secretId = environment.COSET_REMOTE_SECRET_ID
  const secretKey = environment.COSET_REMOTE_SECRET_KEY
  const token = environment.COSET_REMOTE_TOKEN
  const endpoint = environment.COSET_REMOTE_ENDPOINT
  if (!secretId && !secretKey && !token && !endpoint) return undefined
  if (!secretId || !secretKey) {
    throw new Error(
      'Set both COSET_REMOTE_SECRET_ID and COSET_REMOTE_SECRET_KEY, or no COSET_REMOTE_… at all.',
    )
  }
  if (endpoint && !isRemoteEndpoint(endpoint)) {
    throw new Error(`COSET_REMOTE_ENDPOINT is a URL with {bucket} in it, such as ${REMOTE_ENDPOINT}.`)
  }
  return { secretId, secretKey, ...(token ? { token } : {}), endpoint: endpoint || REMOTE_ENDPOINT }
}
