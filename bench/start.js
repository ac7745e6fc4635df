// Plain JavaScript, and the first to run: it says so clearly when the Node that runs it is too old for the rest.
import '../local/require-node.js'

const [first, ...rest] = process.argv.slice(2)
if (first === 'cold') await (await import('./cold/main.ts')).main(rest)
else if (first === 'bill') await (await import('./bill.ts')).main(rest)
else if (first === 'backlog') await (await import('./backlog.ts')).main()
else if (first === 'scroll') await (await import('./scroll.ts')).main()
else if (first === 'profile') await (await import('./profile.ts')).main()
else if (first === 'restart') await (await import('./restart.ts')).main()
else {
  const args =
    first === 'log' ? ['--only', 'log', ...rest.flatMap((rows) => ['--rows', rows])] : process.argv.slice(2)
  await (await import('./main.ts')).main(args)
}
