import { createServer, type IncomingMessage } from 'node:http'
import { afterEach, describe, expect, it } from 'vitest'
import { readSecretValue, signedHeaders } from '../../../functions/adapters/aws/secret-value.ts'
import { Unavailable } from '../../../functions/domain/errors.ts'
import { urlOf } from '../../../local/url-of.ts'

const caller = {
  region: 'eu-central-1',
  accessKeyId: 'AKIDEXAMPLE',
  secretAccessKey: 'secret',
  sessionToken: 'session',
}
const servers: (() => void)[] = []

async function aSecretsManager(status: number, answer: unknown) {
  const requests: { request: IncomingMessage; body: string }[] = []
  const server = createServer(async (request, response) => {
    let body = ''
    for await (const chunk of request) body += chunk
    requests.push({ request, body })
    response.writeHead(status).end(JSON.stringify(answer))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  servers.push(() => server.close())
  return { endpoint: urlOf(server.address(), '127.0.0.1'), requests }
}

afterEach(() => {
  for (const close of servers.splice(0)) close()
})

describe('a secret of Secrets Manager', () => {
  it('is asked for by its name, signed', async () => {
    const { endpoint, requests } = await aSecretsManager(200, { SecretString: 'the token' })
    await expect(readSecretValue({ ...caller, endpoint }, 'arn:secret', 0)).resolves.toBe('the token')
    const [asked] = requests
    expect(JSON.parse(asked?.body ?? '')).toEqual({ SecretId: 'arn:secret' })
    expect(asked?.request.headers).toMatchObject({
      host: new URL(endpoint).host,
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': 'secretsmanager.GetSecretValue',
      'x-amz-date': '19700101T000000Z',
      'x-amz-security-token': 'session',
    })
  })

  it.each([500, 503, 429])('is not available when the service answers %i', async (status) => {
    const { endpoint } = await aSecretsManager(status, {})
    await expect(readSecretValue({ ...caller, endpoint }, 'arn:secret', 0)).rejects.toThrow(Unavailable)
  })

  it('is not available when nobody answers', async () => {
    const endpoint = 'http://127.0.0.1:1'
    await expect(readSecretValue({ ...caller, endpoint }, 'arn:secret', 0)).rejects.toThrow(Unavailable)
  })

  it.each(['cuts it off', 'goes on no more'])(
    'is not available when the service begins its answer and %s',
    async (how) => {
      const server = createServer((_request, response) => {
        response.writeHead(200, { 'content-length': 100 }).write('{"SecretString":', () => {
          if (how === 'cuts it off') response.destroy()
        })
      })
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
      servers.push(() => server.close())
      const endpoint = urlOf(server.address(), '127.0.0.1')
      await expect(readSecretValue({ ...caller, endpoint }, 'arn:secret', 0)).rejects.toThrow(Unavailable)
    },
  )

  it.each([
    [400, {}, 'answered 400'],
    [200, { SecretBinary: 'AA==' }, 'holds no text'],
  ])('is our own fault when the service answers %i %j', async (status, answer, message) => {
    const { endpoint } = await aSecretsManager(status, answer)
    await expect(readSecretValue({ ...caller, endpoint }, 'arn:secret', 0)).rejects.toThrow(message)
  })
})

describe('the signature', () => {
  it.each([
    ['session', '32b1d71617a2fa493a56b08d563de728e6d571becd649acd238cb98bc7501218'],
    [undefined, '2352aed473cc704b61d9382ce276735b3bdcf86b74de1420e24b25879ff1f757'],
  ])("is that of the SDK's own signer, for the session token %s", (sessionToken, signature) => {
    const { authorization } = signedHeaders(
      {
        region: 'eu-central-1',
        accessKeyId: 'AKIDEXAMPLE',
        secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
        sessionToken,
      },
      {
        service: 'secretsmanager',
        host: 'secretsmanager.eu-central-1.amazonaws.com',
        body: '{"SecretId":"arn:secret"}',
        nowMs: 1_700_000_000_000,
      },
    )
    expect(authorization).toMatch(new RegExp(`Signature=${signature}$`))
  })
})
