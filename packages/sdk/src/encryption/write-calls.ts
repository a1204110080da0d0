// Writing encrypted objects by one request.
import type { Output } from '@coset/protocol'
import { type Body, bodyOf } from '../body.js'
import { type Call, execute } from '../execute.js'
import type { OperationInput } from '../operations.js'
import { type EncryptedCalls, nameOf } from './encrypted-calls.js'
import { type GivenBody, givenBody, storedBody } from './stored-body.js'
import { checkedMetadata, mergedMetadata } from './user-metadata.js'

export async function putObject(calls: EncryptedCalls, { input, options, body }: Call): Promise<Output> {
  const given = body ?? bodyOf(input.Body)
  try {
    return await putContent(calls, { name: 'putObject', input, options }, givenBody(given, input))
  } finally {
    given.release()
  }
}

/** Of a file, `verify` tells whether it changed. */
export async function putFile(
  calls: EncryptedCalls,
  { input, options }: Call,
  file: { readonly body: Body; readonly verify: () => Promise<void> },
): Promise<Output> {
  const given = { ...givenBody(file.body, input), verify: file.verify }
  return putContent(calls, { name: 'putObject', input, options }, given)
}

async function putContent(
  { context, encryption }: EncryptedCalls,
  { name, input, options }: Call,
  given: GivenBody,
): Promise<Output> {
  const { Body, ContentLength, ContentMD5, Metadata, ...members } = input as OperationInput<'putObject'>
  checkedMetadata(Metadata)
  const { cipher, metadata } = await encryption.create(nameOf(context, members))
  const whole = { offset: 0, ends: true }
  const body = await storedBody(cipher, given, whole, { platform: context.platform, signal: options.signal })
  const stored = { ...members, Metadata: mergedMetadata(Metadata, metadata) }
  return execute(context, { name, input: stored, options, body })
}
