// A client for the suites of folders, one way of addressing being enough for them.
import { CosClient, type CosClientOptions } from '@coset/sdk'
import type { TestServer } from '@coset/server/testing'

export { newBucketName, refusal } from './stations.js'

export function openClient(server: TestServer, options: Partial<CosClientOptions> = {}): CosClient {
  return new CosClient({ ...server.clientOptions, Retries: 0, ...options })
}
