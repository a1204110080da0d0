import { REMOTE_ENDPOINT } from '@coset/server'
import { describe, expect, it } from 'vitest'
import { remoteFromEnvironment } from './remote-environment.js'

const keys = { COSET_REMOTE_SECRET_ID: 'id', COSET_REMOTE_SECRET_KEY: 'key' }

describe('credentials for other regions', () => {
  it('are none where nothing is set', () => {
    expect(remoteFromEnvironment({})).toBeUndefined()
    expect(remoteFromEnvironment({ COSET_REMOTE_SECRET_ID: '', COSET_REMOTE_ENDPOINT: '' })).toBeUndefined()
  })

  it('are read, and lead to COS by default', () => {
    expect(remoteFromEnvironment(keys)).toEqual({
      secretId: 'id',
      secretKey: 'key',
      endpoint: REMOTE_ENDPOINT,
    })
    const endpoint = 'http://127.0.0.1:9001/{bucket}'
    const more = { ...keys, COSET_REMOTE_TOKEN: 'token', COSET_REMOTE_ENDPOINT: endpoint }
    expect(remoteFromEnvironment(more)).toEqual({
      secretId: 'id',
      secretKey: 'key',
      token: 'token',
      endpoint,
    })
  })

  it.each([
    { COSET_REMOTE_SECRET_ID: 'id' },
    { COSET_REMOTE_SECRET_KEY: 'key' },
    { COSET_REMOTE_TOKEN: 'token' },
    { COSET_REMOTE_ENDPOINT: REMOTE_ENDPOINT },
  ])('are refused by halves: %j', (environment) => {
    expect(() => remoteFromEnvironment(environment)).toThrow(
      'COSET_REMOTE_SECRET_ID and COSET_REMOTE_SECRET_KEY',
    )
  })

  it.each([
    'cos.myqcloud.com',
    'https://cos.{region}.myqcloud.com',
    'ftp://{bucket}.example.com',
    'https://{bucket}.example.com/?key=',
    'https://me:secret@{bucket}.example.com',
    'https://{bucket}.example.com:port',
  ])('lead nowhere by %s', (COSET_REMOTE_ENDPOINT) => {
    expect(() => remoteFromEnvironment({ ...keys, COSET_REMOTE_ENDPOINT })).toThrow('URL with {bucket}')
  })
})
