// What coset is compared with: node:http with nothing behind it. Run as a child process.
import { createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { join } from 'node:path'

type Answer = (request: IncomingMessage, response: ServerResponse) => void

const [, , mode = '', argument = ''] = process.argv
const small = Buffer.alloc(4096, 'x')

const modes: Readonly<Record<string, Answer>> = {
  /** 4 KiB from memory. */
  memory: (_request, response) => {
    response.writeHead(200, { 'Content-Type': 'application/octet-stream', 'Content-Length': small.length })
    response.end(small)
  },
  /** Takes the body into memory. */
  sink: (request, response) => {
    take(request, () => response.writeHead(200, { 'Content-Length': 0 }).end())
  },
  /** Takes the body into memory, then writes and fsyncs a file of its own for it. */
  files: (request, response) => {
    take(request, (body) => {
      void writeFile(body).then(() => response.writeHead(200, { 'Content-Length': 0 }).end())
    })
  },
  /** Streams one file. */
  file: (_request, response) => {
    response.writeHead(200, { 'Content-Type': 'application/octet-stream' })
    createReadStream(argument).pipe(response)
  },
}

let files = 0

async function writeFile(body: Buffer): Promise<void> {
  const file = await open(join(argument, `${process.pid}-${files++}`), 'wx')
  await file.write(body)
  await file.sync()
  await file.close()
}

function take(request: IncomingMessage, then: (body: Buffer) => void): void {
  const chunks: Buffer[] = []
  request.on('data', (chunk: Buffer) => chunks.push(chunk))
  request.on('end', () => then(Buffer.concat(chunks)))
}

const answer = modes[mode]
if (!answer) throw new Error(`unknown mode ${mode}`)
const server = createServer(answer)
server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  console.log(JSON.stringify({ port: typeof address === 'object' && address ? address.port : 0 }))
})
