import { consoleFolder, readConsole } from './files.ts'

/** The console's files. Bundles have them in the place of this module (lib/packed-console.ts). */
export const packedConsole = readConsole(consoleFolder)
