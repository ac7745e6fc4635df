import type { ComponentChildren } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { call } from '../../api/client.ts'
import { usePages } from '../../api/use-pages.ts'
import { announce } from '../../parts/announce.tsx'
import { Confirm } from '../../parts/confirm.tsx'
import { ListEnd } from '../../parts/list-end.tsx'
import { Problem } from '../../parts/problem.tsx'
import { Skeleton } from '../../parts/skeleton.tsx'
import { canChange } from '../../session.ts'

/** Sources or tokens: what there is of them, each with a way to remove it. */
export function AccessList<Item extends { readonly id: string; readonly name: string }>({
  path,
  version,
  nothing,
  remove,
  warning,
  facts,
}: {
  path: string
  /** Another number: what was created is to be seen. */
  version: number
  nothing: string
  /** The word on the button. */
  remove: string
  warning: string
  facts: (item: Item) => ComponentChildren
}) {
  const pages = usePages<Item>(path, { query: {}, everyMs: 15_000 })
  const [doomed, setDoomed] = useState<Item>()
  const { reload } = pages
  // The version says when; that the list itself changes does not.
  useEffect(() => {
    if (version > 0) reload()
  }, [version])
  return (
    <>
      {pages.items === undefined && <Problem problem={pages.problem} title="They cannot be shown." />}
      {pages.items === undefined && pages.problem === undefined && <Skeleton rows={3} />}
      {pages.items?.length === 0 && <p class="quiet">{nothing}</p>}
      <ul class="cards">
        {pages.items?.map((item) => (
          <li key={item.id} class="card card-row">
            <div>
              <strong class="breakable">{item.name}</strong>
              <p class="quiet">
                <code>{item.id}</code> · {facts(item)}
              </p>
            </div>
            {canChange.value && (
              <button
                type="button"
                class="button button-small"
                aria-label={`${remove} ${item.name}`}
                onClick={() => setDoomed(item)}
              >
                {remove}
              </button>
            )}
          </li>
        ))}
      </ul>
      <ListEnd pages={pages} />
      {doomed !== undefined && (
        <Confirm
          title={`${remove} ${doomed.name}?`}
          action={remove}
          close={() => setDoomed(undefined)}
          act={async () => {
            await call('DELETE', `${path}/${doomed.id}`)
            announce(`${doomed.name} was removed.`)
            pages.reload()
          }}
        >
          <p>{warning}</p>
        </Confirm>
      )}
    </>
  )
}
