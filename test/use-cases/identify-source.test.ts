import { createHmac } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Unauthenticated } from '../../functions/domain/errors.ts'
import { identifySource } from '../../functions/use-cases/identify-source.ts'
import { aSource } from '../support/builders.ts'
import { openTestEngine, type TestEngine } from '../support/engine.ts'

const body = Buffer.from('"test payload"')
const sign = (secret: string) => createHmac('sha256', secret).update(body).digest('hex')

describe('identifySource', () => {
  let engine: TestEngine

  beforeEach(async () => {
    engine = await openTestEngine()
  })

  afterEach(() => engine.close())

  async function addSource(plainSecret: string) {
    const { id } = aSource()
    const source = aSource({ id, secret: await engine.cipher.seal(plainSecret, id) })
    await engine.sources.create(source)
    return source
  }

  it('knows a source by the signature of the contract', async () => {
    const source = await addSource('shared secret')
    const signature = 'c75d651bb62ce08030fa42ff62fdeb2094953b6089bc672c9bf6262b5a6f93c8'
    expect(await identifySource(engine, body, signature)).toEqual(source)
  })

  it('finds the one of several whose secret signed', async () => {
    const sources = [await addSource('one'), await addSource('two'), await addSource('three')]
    expect(await identifySource(engine, body, sign('two'))).toMatchObject({ id: sources[1]?.id })
  })

  it.each([
    { what: 'of another secret', signature: sign('another') },
    { what: 'that is empty', signature: '' },
    { what: 'that is too short', signature: sign('shared secret').slice(0, -1) },
    { what: 'that is too long', signature: `${sign('shared secret')}0` },
    { what: 'with a prefix', signature: `sha256=${sign('shared secret')}` },
    { what: 'that is no hex', signature: 'z'.repeat(64) },
    { what: 'with characters of two bytes', signature: 'é'.repeat(64) },
  ])('refuses a signature $what', async ({ signature }) => {
    await addSource('shared secret')
    const refused = identifySource(engine, body, signature)
    await expect(refused).rejects.toThrow(Unauthenticated)
    await expect(refused).rejects.toThrow('The signature fits none of the sources.')
  })

  it('refuses a body that was changed', async () => {
    await addSource('shared secret')
    const changed = Buffer.from('"test payloaD"')
    await expect(identifySource(engine, changed, sign('shared secret'))).rejects.toThrow(Unauthenticated)
  })

  it('refuses whatever comes while there are no sources', async () => {
    await expect(identifySource(engine, body, sign(''))).rejects.toThrow(Unauthenticated)
  })

  it('refuses a source that was removed, though its key is still kept', async () => {
    const source = await addSource('shared secret')
    await identifySource(engine, body, sign('shared secret'))
    await engine.sources.remove(source.id)
    await expect(identifySource(engine, body, sign('shared secret'))).rejects.toThrow(Unauthenticated)
  })

  it('opens a secret once in five minutes', async () => {
    let opened = 0
    const cipher = {
      open: (...given: Parameters<typeof engine.cipher.open>) => {
        opened++
        return engine.cipher.open(...given)
      },
    }
    await addSource('shared secret')
    for (let n = 0; n < 3; n++) await identifySource({ ...engine, cipher }, body, sign('shared secret'))
    expect(opened).toBe(1)
    engine.advance(5 * 60_000)
    await identifySource({ ...engine, cipher }, body, sign('shared secret'))
    expect(opened).toBe(2)
  })

  it('fails, and does not call the sender unknown, when a secret does not open', async () => {
    const secret = await engine.cipher.seal('shared secret', 'src_01kaqc3h5n8r2c4x')
    await engine.sources.create(aSource({ secret }))
    const failed = identifySource(engine, body, sign('shared secret'))
    await expect(failed).rejects.toThrow()
    await expect(failed).rejects.not.toBeInstanceOf(Unauthenticated)
  })
})
