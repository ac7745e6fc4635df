import { Unauthenticated } from '../domain/errors.ts'
import type { HmacKey } from '../domain/hmac-key.ts'
import { signingKeys, verifySourcegraphSignature } from '../domain/signature.ts'
import type { Source } from '../domain/source.ts'
import type { Sealed } from '../domain/webhook.ts'

export interface IdentifySource {
  readonly sources: { all(): Promise<readonly Source[]> }
  readonly cipher: { open(sealed: Sealed, ownerId: string): Promise<string> }
  /** Keys by source id, kept for at most five minutes. */
  readonly sourceKeys: {
    get(sourceId: string): HmacKey | undefined
    set(sourceId: string, key: HmacKey): void
  }
}

/**
 * The source whose secret signed the body as Sourcegraph signs (docs/sourcegraph.md §2), held against every source's secret.
 * @throws Unauthenticated when none did.
 */
export async function identifySource(
  deps: IdentifySource,
  body: Uint8Array,
  signature: string,
): Promise<Source> {
  const faults: unknown[] = []
  for (const source of await deps.sources.all()) {
    try {
      if (verifySourcegraphSignature(await keyOf(deps, source), body, signature)) return source
    } catch (error) {
      faults.push(error)
    }
  }
  // It may be from the source whose secret did not open: that is our fault, and the instance should try again.
  if (faults.length > 0) throw faults[0]
  throw new Unauthenticated(
    'The signature fits none of the sources. Create a source with the secret of the Sourcegraph webhook, or correct the secret there.',
  )
}

async function keyOf({ cipher, sourceKeys }: IdentifySource, source: Source): Promise<HmacKey> {
  const known = sourceKeys.get(source.id)
  if (known !== undefined) return known
  const key = signingKeys(await cipher.open(source.secret, source.id)).sourcegraph
  sourceKeys.set(source.id, key)
  return key
}
