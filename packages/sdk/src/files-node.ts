// Local files as sources and targets of transfers.
import { type FileHandle, open, rename, rm, stat } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { CosClientError } from './errors.js'
import type { Files, LocalFile } from './files.js'
import { temporaryPath } from './transfer/temporary-file.js'

const READ_BYTES = 256 * 1024

export const nodeFiles: Files = {
  open: openFile,
  write: writeFile,
  readable: (bytes) => Readable.from(bytes, { objectMode: false }),
}

async function openFile(path: string): Promise<LocalFile> {
  const found = await stat(path).catch((cause: unknown) => {
    throw new CosClientError('file', `The file ${path} can not be read.`, { cause })
  })
  if (!found.isFile()) throw new CosClientError('file', `${path} is not a file.`)
  return { size: found.size, open: () => readFile(path, found.size) }
}

async function* readFile(path: string, size: number): AsyncGenerator<Uint8Array> {
  const file = await open(path, 'r').catch((cause: unknown) => {
    throw new CosClientError('file', `The file ${path} can not be read.`, { cause })
  })
  try {
    for (let offset = 0; offset < size; ) {
      const buffer = Buffer.allocUnsafe(Math.min(READ_BYTES, size - offset))
      const { bytesRead } = await file.read(buffer, 0, buffer.length, offset)
      if (bytesRead === 0) throw changedError(path)
      offset += bytesRead
      // Looked at before the last bytes leave, so that the server never gets a whole body of a changed file.
      if (offset === size) await assertSize(file, path, size)
      yield buffer.subarray(0, bytesRead)
    }
    if (size === 0) await assertSize(file, path, size)
  } finally {
    await file.close()
  }
}

async function assertSize(file: FileHandle, path: string, size: number): Promise<void> {
  if ((await file.stat()).size !== size) throw changedError(path)
}

function changedError(path: string): CosClientError {
  return new CosClientError('changed', `The file ${path} changed its size while it was being sent.`)
}

async function writeFile(path: string, bytes: AsyncIterable<Uint8Array>): Promise<void> {
  const temporary = temporaryPath(path)
  try {
    const file = await open(temporary, 'wx')
    try {
      for await (const chunk of bytes) await writeAll(file, chunk)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(temporary, path)
  } catch (cause) {
    await rm(temporary, { force: true })
    if (cause instanceof CosClientError) throw cause
    throw new CosClientError('file', `The file ${path} could not be written.`, { cause })
  }
}

async function writeAll(file: FileHandle, chunk: Uint8Array): Promise<void> {
  for (let offset = 0; offset < chunk.length; ) {
    const { bytesWritten } = await file.write(chunk, offset)
    offset += bytesWritten
  }
}
