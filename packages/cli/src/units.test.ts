import { describe, expect, it } from 'vitest'
import { parseBytes, parseDuration, showBytes } from './units.js'

describe('bytes', () => {
  it.each([
    ['1B', 1],
    ['8MB', 8_000_000],
    ['50MiB', 52_428_800],
    ['1.5 GiB', 1_610_612_736],
    ['2TiB', 2_199_023_255_552],
  ])('%s is %d', (text, bytes) => expect(parseBytes(text)).toBe(bytes))

  it.each([
    '',
    '8',
    'MiB',
    '-1MiB',
    '0MiB',
    '0.1B',
    '1e3MiB',
    '8mib',
    '8 MiB/s',
    '1constructor',
    '99999999TiB',
  ])('%j is none', (text) => {
    expect(() => parseBytes(text)).toThrow('such as 8MiB')
  })

  it.each([
    [0, '0 B'],
    [1023, '1023 B'],
    [1024, '1.0 KiB'],
    [41_943_040, '40.0 MiB'],
    [3 * 2 ** 40, '3.0 TiB'],
  ])('%d are shown as %s', (bytes, text) => expect(showBytes(bytes)).toBe(text))
})

describe('durations', () => {
  it.each([
    ['30d', 2_592_000_000],
    ['3h', 10_800_000],
    ['15m', 900_000],
    ['90s', 90_000],
    ['250ms', 250],
  ])('%s is %d milliseconds', (text, ms) => expect(parseDuration(text)).toBe(ms))

  it.each(['', '30', 'd', '0d', '-3h', '3H', '1w', '1d12h'])('%j is none', (text) => {
    expect(() => parseDuration(text)).toThrow('such as 30d')
  })
})
