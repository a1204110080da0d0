import { describe, expect, it } from 'vitest'
import { progressLine } from './output.js'

function terminal(isTTY: boolean) {
  let written = ''
  const write = (text: string) => {
    written += text
    return true
  }
  const stream = { isTTY, write } as unknown as NodeJS.WriteStream
  return { stream, written: () => written }
}

describe('a progress line', () => {
  it('is written over, not too often, and taken away', () => {
    const { stream, written } = terminal(true)
    const line = progressLine(stream)
    line.show(() => 'one')
    line.show(() => 'two, a moment later')
    line.clear()
    line.clear()
    expect(written()).toBe('\r\x1b[Kone\r\x1b[K')
  })

  it('says nothing where nobody looks', () => {
    const { stream, written } = terminal(false)
    const line = progressLine(stream)
    line.show(() => {
      throw new Error('It is not to be made.')
    })
    line.clear()
    expect(written()).toBe('')
  })
})
