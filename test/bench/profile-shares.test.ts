import { expect, it } from 'vitest'
import { profileShares } from '../../bench/profile-shares.ts'

const node = (id: number, functionName: string, url: string, children: number[] = []) => ({
  id,
  callFrame: { functionName, url },
  children,
})

it('counts what Node does for the nearest of our code that called it', () => {
  const shares = profileShares({
    nodes: [
      node(1, '(root)', '', [2, 4, 5, 6, 8]),
      node(2, 'write', 'file:///app/functions/adapters/http/connection.ts', [3]),
      node(3, 'writeBuffer', ''),
      node(4, '(idle)', ''),
      node(5, '(garbage collector)', ''),
      node(6, 'parserOnHeadersComplete', 'node:_http_common', [7]),
      node(7, 'acceptEvents', 'file:///app/functions/use-cases/accept-events.ts', [9]),
      node(8, 'constructor', 'node:internal/timers'),
      node(9, 'run', 'file:///app/functions/adapters/sqlite/group-commit.ts'),
    ],
    samples: [3, 2, 4, 5, 6, 7, 8, 9],
    timeDeltas: [20, 10, 10, 5, 15, 10, 10, 20],
  })
  expect(Object.fromEntries(shares)).toEqual({
    'requests to receivers': 0.3,
    idle: 0.1,
    "memory's upkeep (garbage collection)": 0.05,
    'requests from publishers': 0.15,
    'rules and use cases': 0.1,
    "sockets, timers and the rest of Node's": 0.1,
    'SQLite: store, queues, log, commits': 0.2,
  })
})
