/** The functions, as the settings and the environments name them. */
export const functionNames = [
  'ingest',
  'fanOut',
  'deliver',
  'sweep',
  'admin',
  'authorize',
  'console',
] as const
export type FunctionName = (typeof functionNames)[number]
