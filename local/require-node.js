const needed = 24

if (Number(process.versions.node.split('.')[0]) < needed) {
  process.stderr.write(
    `This project needs Node ${needed}, and this is ${process.version}: the "node" package could not run its install script. ` +
      'Run "npm rebuild node --ignore-scripts=false", or install Node 24 yourself.\n',
  )
  process.exit(1)
}
