import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  FRAME_BYTES_MAX,
  FRAME_KINDS,
  type Frame,
  FrameReader,
  frameHead,
  jsonFrame,
  readJson,
} from './frames.js'

describe('frames', () => {
  const frame = fc.record({
    kind: fc.constantFrom(...FRAME_KINDS),
    payload: fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)),
  })

  it('come back as they were, cut anywhere on the way', () => {
    fc.assert(
      fc.property(fc.array(frame), fc.integer({ min: 1, max: 60 }), (frames, size) => {
        const parts = frames.flatMap(({ kind, payload }) => [frameHead(kind, payload.length), payload])
        const bytes = Buffer.concat(parts)
        const reader = new FrameReader()
        const read: Frame[] = []
        for (let at = 0; at < bytes.length; at += size)
          read.push(...reader.push(bytes.subarray(at, at + size)))
        expect(read).toEqual(frames)
      }),
    )
  })

  it('carry JSON', () => {
    const [read] = new FrameReader().push(jsonFrame('used', { path: 'é', bytesProcessed: 5 }))
    expect(read?.kind).toBe('used')
    expect(read && readJson(read)).toEqual({ path: 'é', bytesProcessed: 5 })
  })

  it('of no known kind, or too long, are refused', () => {
    expect(() => new FrameReader().push(Buffer.from([99, 0, 0, 0, 0]))).toThrow('no frame')
    expect(() => new FrameReader().push(frameHead('records', FRAME_BYTES_MAX + 1))).toThrow('no frame')
  })
})
