import { describe, expect, it } from 'vitest'
import { BadAnswer, deadlineFailure, failureOf } from '../../../functions/adapters/http/failure-words.ts'
import {
  AddressDenied,
  NameNotResolved,
  type Stage,
} from '../../../functions/adapters/http/guarded-connect.ts'
import type { FailureReason } from '../../../functions/domain/outcome.ts'

const host = 'ci.example.com'
const withCode = (code: string) => Object.assign(new Error(`${code}: detail of 10.0.0.7`), { code })
const failure = (reason: FailureReason, message: string) => ({ kind: 'failure', reason, message })
const stages: readonly Stage[] = ['name', 'connection', 'handshake', 'open']

describe('failureOf', () => {
  it.each([
    ['ENOTFOUND', 'The host name ci.example.com does not exist.'],
    ['ENODATA', 'The host name ci.example.com has no address.'],
    [
      'EAI_AGAIN',
      'The host name ci.example.com could not be resolved: the DNS server failed or did not answer.',
    ],
    ['EAI_FAIL', 'The host name ci.example.com could not be resolved (EAI_FAIL).'],
  ])('has words for a name that failed with %s', (code, message) => {
    expect(failureOf(new NameNotResolved(code), { host, stage: 'name' })).toEqual(failure('dns', message))
  })

  it.each([
    ['ECONNREFUSED', 'ci.example.com refused the connection: nothing listens on that port.'],
    ['ECONNRESET', 'ci.example.com closed the connection before it answered.'],
    ['EPIPE', 'ci.example.com closed the connection while the request was being sent.'],
    ['ETIMEDOUT', 'ci.example.com did not answer the attempt to connect.'],
    ['EHOSTUNREACH', 'There is no route to ci.example.com.'],
    ['ENETUNREACH', 'There is no route to the network of ci.example.com.'],
    ['EMFILE', 'The request to ci.example.com failed (EMFILE).'],
  ])('has words for a connection that failed with %s', (code, message) => {
    for (const stage of ['connection', 'open'] as const)
      expect(failureOf(withCode(code), { host, stage })).toEqual(failure('connection', message))
  })

  it.each([
    ['CERT_HAS_EXPIRED', 'The TLS certificate of ci.example.com has expired.'],
    ['CERT_NOT_YET_VALID', 'The TLS certificate of ci.example.com is not valid yet.'],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 'The TLS certificate of ci.example.com is self-signed.'],
    [
      'SELF_SIGNED_CERT_IN_CHAIN',
      'The TLS certificate of ci.example.com comes from an authority that is not trusted.',
    ],
    [
      'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
      'The TLS certificate of ci.example.com comes from an authority that is not trusted.',
    ],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'The TLS certificate is for another name than ci.example.com.'],
    ['INVALID_PURPOSE', 'The TLS handshake with ci.example.com failed (INVALID_PURPOSE).'],
  ])('has words for a handshake that failed with %s', (code, message) => {
    expect(failureOf(withCode(code), { host, stage: 'handshake' })).toEqual(failure('tls', message))
  })

  it.each([
    ['tlsv1 alert protocol version', 70, 'ci.example.com does not speak TLS 1.2 or newer.'],
    [
      'tlsv13 alert certificate required',
      116,
      'ci.example.com wants a client certificate, and this service has none.',
    ],
    [
      'wrong version number',
      undefined,
      'ci.example.com does not speak TLS on that port. The URL of a receiver without TLS begins with http://.',
    ],
    [
      'no suitable key share',
      undefined,
      'The TLS handshake with ci.example.com failed (no suitable key share).',
    ],
  ])('reads what OpenSSL says: %s', (reason, alert, message) => {
    const where = `SSL routines:ssl3_read_bytes:${reason}:record.c:916:`
    const text = `error:0A00042E:${where}${alert === undefined ? '' : `SSL alert number ${alert}`}`
    for (const code of ['EPROTO', 'ERR_SSL_SOMETHING']) {
      const error = Object.assign(new Error(text), { code })
      expect(failureOf(error, { host, stage: 'open' })).toEqual(failure('tls', message))
    }
  })

  it('tells a connection closed during the handshake from one closed later', () => {
    expect(failureOf(withCode('ECONNRESET'), { host, stage: 'handshake' })).toEqual(
      failure('tls', 'ci.example.com closed the connection during the TLS handshake.'),
    )
  })

  it.each(stages)(
    'says at stage "%s" of a denied address which rule denied it, and who can allow it',
    (stage) => {
      const denied = new AddressDenied('ci.example.com resolves to 10.0.0.7: Private-Use')
      expect(failureOf(denied, { host, stage })).toEqual(
        failure(
          'denied',
          'Not sent: ci.example.com resolves to 10.0.0.7: Private-Use. An operator can allow a network (ALLOWED_NETWORKS).',
        ),
      )
    },
  )

  it('says of an answer that breaks a rule what came', () => {
    expect(failureOf(new BadAnswer('101 Switching Protocols'), { host, stage: 'open' })).toEqual(
      failure('protocol', 'ci.example.com answered with 101 Switching Protocols.'),
    )
  })

  it.each([undefined, null, 'text', 7, {}, { code: 7 }, new Error()])(
    'takes %s for a connection that failed for no reason known',
    (thrown) => {
      expect(failureOf(thrown, { host, stage: 'open' })).toEqual(
        failure('connection', 'The request to ci.example.com failed (no reason known).'),
      )
    },
  )

  it('repeats no more of an error than its code', () => {
    const codes = ['ECONNREFUSED', 'CERT_REVOKED', 'ERR_SSL_BAD', 'EUNHEARDOF']
    const messages = codes.flatMap((code) =>
      stages.map((stage) => failureOf(withCode(code), { host, stage }).message),
    )
    expect(messages.filter((message) => message.includes('10.0.0.7'))).toEqual([])
  })
})

describe('deadlineFailure', () => {
  it.each([
    ['turn', 'Not sent: ci.example.com was still busy with earlier requests after 15 s.'],
    ['name', 'The host name ci.example.com was not resolved within 15 s.'],
    ['connection', 'ci.example.com did not answer the attempt to connect within 15 s.'],
    ['handshake', 'ci.example.com did not finish the TLS handshake within 15 s.'],
    ['open', 'ci.example.com gave no answer within 15 s.'],
  ] as const)('says what a request waited for: %s', (stage, message) => {
    expect(deadlineFailure(15_000, { host, stage })).toEqual(failure('timeout', message))
  })
})
