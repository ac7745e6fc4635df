import { computed, signal } from '@preact/signals'
import { isUnsaved, leave } from './unsaved.ts'

/** Where in the console the page is: the part of its address behind `#`. */
export interface Place {
  readonly path: string
  readonly query: URLSearchParams
}

const hash = signal(location.hash)

/** Each step of the browser's history has its number as its state; this is the one that is shown. */
let shownStep = stepOf(history.state) ?? 0
history.replaceState(shownStep, '')

addEventListener('hashchange', () => {
  const wanted = location.hash
  const known = stepOf(history.state)
  const step = known ?? shownStep + 1
  if (wanted !== hash.value && isUnsaved.value && step !== shownStep) {
    const way = step - shownStep
    // Until it is said that one may leave, the history stays where the form is.
    history.go(-way)
    leave(() => (known === undefined ? go(wanted) : history.go(way)))
    return
  }
  if (known === undefined) history.replaceState(step, '')
  shownStep = step
  hash.value = wanted
})

function stepOf(state: unknown): number | undefined {
  return typeof state === 'number' ? state : undefined
}

/** The place that is shown. */
export const place = computed((): Place => {
  const [path = '', query = ''] = hash.value.replace(/^#/, '').split('?', 2)
  return { path: path === '' || path === '/' ? '/webhooks' : path, query: new URLSearchParams(query) }
})

/** The address of a place; of the query only what is set. */
export function at(path: string, query: Readonly<Record<string, string | undefined>> = {}): string {
  const set = Object.entries(query).filter((entry): entry is [string, string] => Boolean(entry[1]))
  return `#${path}${set.length === 0 ? '' : `?${new URLSearchParams(set)}`}`
}

/** Goes to a place, as a click on a link does. */
export function go(address: string): void {
  location.hash = address
}

/** Changes the address without a step in the browser's history, as for each letter of a search. */
export function replacePlace(address: string): void {
  history.replaceState(history.state, '', address)
  hash.value = location.hash
}

/** The values that a path has for the `:names` of a pattern; undefined when it does not fit. */
export function matchPath(pattern: string, path: string): Readonly<Record<string, string>> | undefined {
  const wanted = pattern.split('/')
  const given = path.split('/')
  if (wanted.length !== given.length) return undefined
  const values: Record<string, string> = {}
  for (const [index, part] of wanted.entries()) {
    const value = given[index] ?? ''
    if (part.startsWith(':') && value !== '') values[part.slice(1)] = decodeURIComponent(value)
    else if (part !== value) return undefined
  }
  return values
}
