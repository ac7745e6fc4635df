// Run by npm at the end of `npm ci`: builds the web console. Plain JavaScript, because any Node may run it. All else works
// without the console, so nothing that keeps it from being built keeps the rest from being installed.
import { spawnSync } from 'node:child_process'

const { status } = hasVite()
  ? spawnSync('npm', ['run', '--silent', 'console:build'], {
      stdio: ['ignore', 'ignore', 'inherit'],
    })
  : { status: undefined }
if (status !== 0)
  process.stderr.write(
    `The web console was not built: ${status === undefined ? 'the development packages that build it are left out' : 'its build failed'}. ` +
      'All else works without it. To build it: npm ci && npm run console:build\n',
  )

function hasVite() {
  try {
    import.meta.resolve('vite')
    return true
  } catch {
    return false
  }
}
