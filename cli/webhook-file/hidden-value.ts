import * as z from 'zod'

const Kept = z.strictObject({ keep: z.literal(true) })
const FromEnvironment = z.strictObject({ from_env: z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/) })
const Generated = z.strictObject({ generate: z.literal(true) })

/** A value that the API never shows: the one that the server has, or one of the environment. */
export const HiddenValue = z.union([Kept, FromEnvironment], {
  error:
    'must be {keep: true}, for what the server has, or {from_env: NAME}. A secret itself has no place in this file.',
})
export type HiddenValue = z.output<typeof HiddenValue>

/** The value of an extra header, which need not be a secret: then it may stand in the file. */
export const HeaderValue = z.union([z.string(), Kept, FromEnvironment], {
  error: 'must be {keep: true}, for what the server has, {from_env: NAME}, or a text.',
})
export type HeaderValue = z.output<typeof HeaderValue>

/** A signing secret. It matters when the webhook is created; afterwards it is changed by rotation. */
export const SecretSetting = z.union([Kept, FromEnvironment, Generated], {
  error:
    'must be {keep: true}, for what the server has, {from_env: NAME} or {generate: true}. The secret itself has no place in this file.',
})
export type SecretSetting = z.output<typeof SecretSetting>

/** The value of a variable of the environment; undefined: it is not set. */
export type Variables = (name: string) => string | undefined

/** A value that is to be sent, or what has to be done before it can. */
export type Found = { readonly value: string } | { readonly problem: string }

/** Looks a value up that the server does not have yet. */
export function foundValue(setting: HeaderValue, variable: Variables): Found {
  if (typeof setting === 'string') return { value: setting }
  if ('keep' in setting)
    return { problem: 'says keep, but the server has none: write {from_env: NAME} and set NAME.' }
  const value = variable(setting.from_env)
  return value === undefined || value === ''
    ? { problem: `is to come from ${setting.from_env}, which the environment does not have: set it.` }
    : { value }
}

/** Whether what the server has is to stay. */
export function isKept(setting: HeaderValue): boolean {
  return typeof setting !== 'string' && 'keep' in setting
}
