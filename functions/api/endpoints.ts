import type { Endpoint } from './endpoint.ts'
import { accessEndpoints } from './endpoints/access.ts'
import { deliveryEndpoints } from './endpoints/deliveries.ts'
import { eventEndpoints } from './endpoints/events.ts'
import { replayEndpoints } from './endpoints/replays.ts'
import { serviceEndpoints } from './endpoints/service.ts'
import { webhookActionEndpoints } from './endpoints/webhook-actions.ts'
import { webhookEndpoints } from './endpoints/webhooks.ts'

/** Every call of the API that the admin function answers. */
export const endpoints: readonly Endpoint[] = [
  ...webhookEndpoints,
  ...webhookActionEndpoints,
  ...eventEndpoints,
  ...deliveryEndpoints,
  ...replayEndpoints,
  ...accessEndpoints,
  ...serviceEndpoints,
]
