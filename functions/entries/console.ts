import { consoleHandler } from '../console/handler.ts'
import { packedConsole } from '../console/packed.ts'

export const handler = consoleHandler(packedConsole)
