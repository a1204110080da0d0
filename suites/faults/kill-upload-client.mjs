// Uploads one file by the built SDK, in a process of its own that can be killed. Its input is JSON in its argument.
import { CosClient } from '@coset/sdk'

const { client, input, folder } = JSON.parse(process.argv[2] ?? '{}')
const cos = new CosClient(client)
const { bytesResumed } = await cos.uploadFile(input, { checkpoint: { folder } })
console.log(JSON.stringify({ bytesResumed }))
await cos.close()
