import { useState } from 'preact/hooks'
import { prettyJson } from '../words/json-text.ts'
import { CopyButton } from './copy-button.tsx'

const linesShown = 60
const charactersShown = 6_000

/** A body: JSON a member a line, anything else as text; a long one is folded. */
export function BodyText({ text, what }: { text: string; what: string }) {
  const [isWhole, setWhole] = useState(false)
  if (text === '') return <p class="quiet">Empty.</p>
  const pretty = prettyJson(text) ?? text
  const lines = pretty.split('\n')
  const isLong = lines.length > linesShown || pretty.length > charactersShown
  const shown = isLong && !isWhole ? lines.slice(0, linesShown).join('\n').slice(0, charactersShown) : pretty
  return (
    <div class="body code">
      <CopyButton text={text} what={what} />
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so the keyboard must reach it. */}
      <pre tabIndex={0}>{shown}</pre>
      {isLong && (
        <button type="button" class="button button-small" onClick={() => setWhole(!isWhole)}>
          {isWhole
            ? 'Show less'
            : `Show all (${lines.length.toLocaleString('en')} lines, ${pretty.length.toLocaleString('en')} characters)`}
        </button>
      )}
    </div>
  )
}
