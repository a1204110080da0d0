// A COS server inside a test: no network, no account, nothing to install.
import { CosClient } from '@coset/sdk'
import { startServer } from '@coset/server/testing'

const server = await startServer()
const cos = new CosClient(server.clientOptions)
const Bucket = 'test-1250000000'
await cos.putBucket({ Bucket })
await cos.putObject({ Bucket, Key: 'fixture.json', Body: JSON.stringify({ ok: true }) })
console.log(await (await cos.getObject({ Bucket, Key: 'fixture.json' })).Body.json())
await cos.close()
await server.stop()
