// A client in a process of its own: makes the one call that its argument describes, and tells how it ended.
// It runs what `npx tsc -b packages/sdk` compiled.
import { CosClient } from '../../packages/sdk/dist/index.js'

const { client, method, input, options } = JSON.parse(process.argv[2] ?? '{}')
const cos = new CosClient(client)
try {
  const output = await cos[method](input, options)
  const replacer = (_name, value) => (typeof value === 'bigint' ? value.toString() : value)
  console.log(JSON.stringify({ output }, replacer))
} catch (error) {
  const { name, message, kind, code, partNumber } = error
  console.log(JSON.stringify({ error: { name, message, kind, code, partNumber } }))
}
await cos.close()
