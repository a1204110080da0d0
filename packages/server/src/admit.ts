// Who sent a request, and whether they may: before anything else of it is read.
import { authorize, type Store } from '@coset/core'
import { Fault } from '@coset/model'
import type { Address, CompiledOperation, Dialect } from '@coset/protocol'
import { type Authenticator, createAuthenticator } from './authenticate.js'
import type { ServerConfig } from './config.js'
import type { Exchange } from './exchange.js'
import { type Form, readForm } from './form/form.js'
import { withinRange } from './form/policy.js'
import { assertTaken } from './taken.js'
import { param, type Target } from './target.js'

/** What a request is about. */
export interface Asked {
  readonly address: Address
  readonly target: Target
}

export interface Admission {
  readonly config: ServerConfig
  readonly store: Store
  readonly dialect: Dialect
}

/** Gives the form, if there is one; a promise only for forms, and for those whose rights have to be looked up. */
export type Admit = (
  exchange: Exchange,
  operation: CompiledOperation,
  asked: Asked,
) => Promise<Form | undefined> | undefined

export function createAdmission({ config, store, dialect }: Admission): Admit {
  const authenticator = createAuthenticator(config)
  return admit

  function admit(
    exchange: Exchange,
    operation: CompiledOperation,
    asked: Asked,
  ): Promise<Form | undefined> | undefined {
    if (operation.input.form) return admitForm(exchange, operation, asked)
    const { request } = exchange
    const { address, target } = asked
    exchange.principal = authenticator.authenticate(request, address, target, exchange.clock.now())
    if (address.bucket === undefined) assertSigned(exchange)
    assertTaken(dialect, operation, { request, target, form: undefined })
    return exchange.principal.kind === 'owner' ? undefined : permit(exchange, operation, asked)
  }

  /** A form is signed by its fields, so they alone are read before its sender is known. */
  async function admitForm(exchange: Exchange, operation: CompiledOperation, asked: Asked): Promise<Form> {
    const { request } = exchange
    const form = identify(exchange, authenticator, asked, await readForm(exchange))
    assertTaken(dialect, operation, { request, target: asked.target, form })
    if (exchange.principal.kind !== 'owner') await permit(exchange, operation, asked, form.field('key'))
    return form
  }

  async function permit(
    exchange: Exchange,
    { operation }: CompiledOperation,
    { address, target }: Asked,
    key = address.key,
  ): Promise<undefined> {
    const versionId = param(target.params, 'versionId')
    await authorize(exchange, store, operation.action, { bucket: address.bucket, key, versionId })
  }
}

/** Tells the exchange who sent the form. Its file is bounded by what its policy allows. */
function identify(exchange: Exchange, authenticator: Authenticator, asked: Asked, form: Form): Form {
  const { address, target } = asked
  const nowMs = exchange.clock.now()
  const signed = authenticator.authenticateForm(form, address.bucket, nowMs)
  exchange.principal =
    signed?.principal ?? authenticator.authenticate(exchange.request, address, target, nowMs)
  return signed ? { ...form, file: withinRange(form.file, signed.sizeRange) } : form
}

/** The service itself tells an anonymous caller what is wrong, in COS's own words. */
function assertSigned({ principal, clock }: Exchange): void {
  if (principal.kind !== 'anonymous') return
  throw new Fault('AccessDenied', {
    message: 'Check auth failure because signature empty.',
    serverTime: new Date(clock.now()),
  })
}
