import { describe, expect, it } from 'vitest'
import { errorOf, isSuccess, statusOf } from '../../functions/domain/outcome.ts'
import { answered, unanswered } from '../support/builders.ts'

const redirected = (status: number) =>
  `The receiver answered ${status}, a redirect. Redirects are not followed: give the final URL.`

describe('an outcome', () => {
  it.each([
    [100, false, 'The receiver answered 100.'],
    [199, false, 'The receiver answered 199.'],
    [200, true, null],
    [204, true, null],
    [299, true, null],
    [300, false, redirected(300)],
    [308, false, redirected(308)],
    [399, false, redirected(399)],
    [400, false, 'The receiver answered 400.'],
    [410, false, 'The receiver answered 410 Gone: it wants no more requests.'],
    [429, false, 'The receiver answered 429.'],
    [500, false, 'The receiver answered 500.'],
    [999, false, 'The receiver answered 999.'],
  ])('answered %d is a success: %s', (status, success, error) => {
    const outcome = answered(status)
    expect([isSuccess(outcome), statusOf(outcome), errorOf(outcome)]).toEqual([success, status, error])
  })

  it('without an answer has status 0 and the words of its failure', () => {
    const outcome = unanswered('tls', 'The certificate has expired.')
    expect([isSuccess(outcome), statusOf(outcome), errorOf(outcome)]).toEqual([
      false,
      0,
      'The certificate has expired.',
    ])
  })
})
