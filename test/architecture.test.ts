import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { expect, it } from 'vitest'

const modules = readdirSync('.', { recursive: true, encoding: 'utf8' }).filter((file) =>
  /^(bin|cli|lib|functions|local|bench|console)\/.*\.tsx?$/.test(file),
)

function importsOf(file: string): string[] {
  const specifiers = [...readFileSync(file, 'utf8').matchAll(/(?:from|import) '([^']+)'/g)].map(
    (match) => match[1] ?? '',
  )
  return specifiers.map((specifier) =>
    specifier.startsWith('.') ? relative('.', join(dirname(file), specifier)) : specifier,
  )
}

// An arrow that is not here is not allowed: entries → use cases → domain, adapters → domain, and only the wiring knows adapters.
const allowed: Readonly<Record<string, RegExp>> = {
  'functions/domain/': /^functions\/domain\/|^node:(crypto|buffer)$|^zod\/mini$/,
  'functions/use-cases/': /^functions\/(domain|use-cases)\/|^node:(crypto|buffer)$/,
  'functions/adapters/':
    /^functions\/(domain|use-cases|adapters)\/|^functions\/middleware\/log\.ts$|^node:|^zod\/mini$|^@aws-sdk\/(client-(dynamodb|kms|sns|sqs)|lib-dynamodb|credential-provider-env)$/,
  'functions/entries/':
    /^functions\/(wiring\/|entries\/|console\/|api\/admin-with-authorizer|environment\.ts$|adapters\/(aws\/(clients|prime|secret-value)|json-log)\.ts$)|^node:timers\/promises$/,
  'functions/console/': /^functions\/(console\/|api\/(gateway|problem)\.ts$|domain\/errors\.ts$)|^node:/,
  'functions/wiring/': /^functions\/(?!entries\/)|^@aws-sdk\/(client-(kms|sns|sqs)|lib-dynamodb)$/,
  'functions/middleware/': /^functions\/(domain|api|middleware)|^@middy\/core$|^aws-lambda$|^zod\/mini$/,
  'functions/workers/': /^functions\/(domain|use-cases|middleware)|^@middy\/core$|^aws-lambda$/,
  'functions/api/':
    /^functions\/(domain|use-cases|middleware|api|version)|^@middy\/core$|^aws-lambda$|^zod(\/mini|-openapi)?$/,
  'lib/':
    /^lib\/|^functions\/(api\/endpoints|console\/(files|handler)|environment|metrics|domain\/(ip-address|retry-schedule))\.ts$|^aws-cdk-lib(\/|$)|^constructs$|^esbuild$|^zod$|^node:/,
  // It knows the service by its API alone: of the code only the rules, what requests may hold, and which version it is.
  'cli/':
    /^cli\/|^functions\/(domain\/|api\/(schemas\/|words\.ts$)|version\.ts$)|^node:|^zod$|^yaml$|^commander$|^cli-progress$|^@inquirer\/(confirm|password)$/,
  // It runs in a browser: of the code only rules that need nothing of Node, recipes to show, and types of what the API answers.
  'console/':
    /^console\/(?!dist)|^functions\/(domain\/(webhook-url|ip-address|duration|retry-schedule|custom-headers)|api\/schemas\/(access|activity|delivery|event|queue|replay|troubled-webhook|webhook-resource))\.ts$|^examples\/verify\/|^preact(\/hooks)?$|^@preact\/signals$|^zod$|^vite$/,
  'bin/': /^lib\/|^aws-cdk-lib$|^cdk-nag$/,
  'local/': /^(local|functions)\/|^node:|^zod$|^find-my-way$|^prom-client$|^aws-lambda$/,
}

it.each(Object.entries(allowed))('%s imports only what it may', (folder, pattern) => {
  const files = modules.filter((file) => file.startsWith(folder))
  expect(files).not.toHaveLength(0)
  const forbidden = files.flatMap((file) =>
    importsOf(file)
      .filter((imported) => !pattern.test(imported))
      .map((imported) => `${file} → ${imported}`),
  )
  expect(forbidden).toEqual([])
})

it('reads the environment in one file only', () => {
  const readers = modules.filter(
    (file) => !file.startsWith('bench/') && readFileSync(file, 'utf8').includes('process.env'),
  )
  expect(
    readers.filter(
      (file) =>
        !['local/main.ts', 'cli/main.ts', 'functions/environment.ts'].includes(file) &&
        !/^(local\/receiver|bin|lib)\//.test(file),
    ),
  ).toEqual([])
})

it('has the version of package.json', async () => {
  const { version } = await import('../functions/version.ts')
  expect(JSON.parse(readFileSync('package.json', 'utf8'))).toMatchObject({ version })
})
