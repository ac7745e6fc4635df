import node from '../../../examples/verify/node.mjs?raw'
import go from '../../../examples/verify/verify.go?raw'
import python from '../../../examples/verify/verify.py?raw'
import shell from '../../../examples/verify/verify.sh?raw'
import { CopyButton } from './copy-button.tsx'

const recipes = [
  { language: 'Node', code: node },
  { language: 'Python', code: python },
  { language: 'Go', code: go },
  { language: 'Shell', code: shell },
]

/** How a receiver checks the signature, in four languages. */
export function Recipes() {
  return (
    <section class="recipes" aria-labelledby="recipes-title">
      <h2 id="recipes-title">Verify the signature in the receiver</h2>
      <p class="quiet">
        Every request carries <code>webhook-id</code>, <code>webhook-timestamp</code> and{' '}
        <code>webhook-signature</code>. Any library for Standard Webhooks checks them, and so do these.
      </p>
      {recipes.map(({ language, code }) => (
        <details key={language} class="fold">
          <summary>{language}</summary>
          <div class="code">
            <CopyButton text={code} what={`Recipe for ${language}`} />
            {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so the keyboard must reach it. */}
            <pre tabIndex={0}>{code}</pre>
          </div>
        </details>
      ))}
    </section>
  )
}
