import { expect, it } from 'vitest'
import { rehearseMetadata } from './rehearsal.js'

it('reads metadata that it makes by itself', () => {
  expect(rehearseMetadata()).toBeGreaterThan(100)
})
