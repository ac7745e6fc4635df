import { writeFileSync } from 'node:fs'
import { endpoints } from '../functions/api/endpoints.ts'
import { openApiText } from '../functions/api/openapi.ts'

writeFileSync(new URL('../functions/api/openapi.json', import.meta.url), openApiText(endpoints))
