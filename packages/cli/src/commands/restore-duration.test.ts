import { DEFAULT_CONFIG } from '@coset/server'
import { describe, expect, it } from 'vitest'
import { parseRestoreDuration } from './restore-duration.js'

const usual = DEFAULT_CONFIG.restoreMs
const parse = (text: string) => parseRestoreDuration(text, usual)

describe('durations of restores', () => {
  it.each([
    ['0ms', 0],
    ['250ms', 250],
    ['4s', 4000],
    ['5m', 300_000],
    ['1.5h', 5_400_000],
    ['720h', 30 * 24 * 3_600_000],
    ['30d', 30 * 24 * 3_600_000],
  ])('may be %s', (text, expected) => {
    const { ARCHIVE } = usual
    expect(parse(`ARCHIVE:Standard=${text}`)).toEqual({
      ...usual,
      ARCHIVE: { ...ARCHIVE, Standard: expected },
    })
  })

  it('add to what was said before, and the last word on a tier counts', () => {
    const first = parse('ARCHIVE:Expedited=1m, DEEP_ARCHIVE:Bulk=24h')
    expect(parseRestoreDuration('ARCHIVE:Bulk=5h,ARCHIVE:Expedited=2m', first)).toEqual({
      ARCHIVE: { ...usual.ARCHIVE, Expedited: 120_000, Bulk: 5 * 3_600_000 },
      DEEP_ARCHIVE: { ...usual.DEEP_ARCHIVE, Bulk: 24 * 3_600_000 },
    })
  })

  it.each([
    '',
    'ARCHIVE',
    'ARCHIVE:Standard',
    'ARCHIVE=3h',
    'STANDARD:Standard=3h',
    'archive:standard=3h',
    'ARCHIVE:Fast=3h',
    'DEEP_ARCHIVE:Expedited=3h',
    'toString:name=3h',
    'ARCHIVE:toString=3h',
    'ARCHIVE:Standard=3h,',
  ])('are refused with what there is: %j', (text) => {
    expect(() => parse(text)).toThrow(
      'It has the form CLASS:TIER=TIME, for ARCHIVE: Expedited, Standard, Bulk; DEEP_ARCHIVE: Standard, Bulk.',
    )
  })

  it.each(['3', '3y', '-3h', 'h', '721h', '31d', '9999999999ms'])('are refused of %s', (time) => {
    expect(() => parse(`ARCHIVE:Standard=${time}`)).toThrow(
      /It is a number with a unit|at most 30d|It has the form/,
    )
  })
})
