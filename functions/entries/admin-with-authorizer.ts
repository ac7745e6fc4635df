import { jsonLog as log } from '../adapters/json-log.ts'
import { adminWithAuthorizer } from '../api/admin-with-authorizer.ts'
import { handler as admin } from './admin.ts'
import { handler as authorize } from './authorize.ts'

export const handler = adminWithAuthorizer({ admin, authorize }, log)
