import { defaultSelectSettings } from '@coset/server'
import { Command } from 'commander'
import { expect, it } from 'vitest'
import { type SelectFlags, selectSettingsOf, withSelectOptions } from './select-options.js'

function settingsOf(...args: readonly string[]) {
  const command = withSelectOptions(new Command('serve'))
    .exitOverride()
    .configureOutput({ writeErr: () => undefined })
  command.parse(args, { from: 'user' })
  return selectSettingsOf(command.opts<SelectFlags>(), defaultSelectSettings())
}

it('has the usual settings without options', () => {
  expect(settingsOf()).toEqual(defaultSelectSettings())
})

it('takes each option', () => {
  const args = [
    '--select-concurrency',
    '3',
    '--select-waiting',
    '5',
    '--select-time',
    '30s',
    '--select-memory',
    '1GiB',
  ]
  const more = ['--select-threads', '1', '--select-spool', '/spool', '--select-parquet-size', '1MiB']
  expect(settingsOf(...args, ...more)).toMatchObject({
    concurrency: 3,
    waitingMax: 5,
    queryMsMax: 30_000,
    memoryBytesMax: 2 ** 30,
    threads: 1,
    spoolFolder: '/spool',
    wholeBytesMax: 2 ** 20,
  })
})

it('switches SELECT off', () => {
  expect(settingsOf('--select', 'off')).toBeUndefined()
})

it.each([
  ['--select', 'perhaps'],
  ['--select-concurrency', '0'],
  ['--select-memory', '64MiB'],
  ['--select-time', 'soon'],
])('refuses %s %s', (flag, value) => {
  expect(() => settingsOf(flag, value)).toThrow(/invalid|argument/)
})
