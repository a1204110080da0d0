// Stored blobs for processes of queries in tests, which run built code only: the options hold them, as text.

export function openBlobs({ blobs, damaged }) {
  return {
    blockBytes: 16,
    read(blob, offset, into) {
      if (blob === damaged) {
        throw new Error('The stored content is damaged.', { cause: new Error(`It is ${blob}.`) })
      }
      const part = Buffer.from(blobs[blob]).subarray(offset, offset + into.length)
      if (part.length < into.length) throw new Error('The stored content is missing.')
      into.set(part)
    },
    close() {},
  }
}
