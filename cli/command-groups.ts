import { applyCommand } from './commands/apply.ts'
import { deliveriesCommands } from './commands/deliveries.ts'
import { eventsCommands } from './commands/events.ts'
import { exportCommand } from './commands/export.ts'
import { healthCommands } from './commands/health.ts'
import { importCommand } from './commands/import.ts'
import { loadTestCommand } from './commands/load-test.ts'
import { loginCommands } from './commands/login.ts'
import { replayCommands } from './commands/replay.ts'
import { sourcesCommands } from './commands/sources.ts'
import { tailCommand } from './commands/tail.ts'
import { tokensCommands } from './commands/tokens.ts'
import { verifyCommand } from './commands/verify.ts'
import { webhookActions } from './commands/webhook-actions.ts'
import { webhooksCommands } from './commands/webhooks.ts'
import type { CommandGroup } from './session.ts'

/** All commands, in the order of the help. A new group is a file of `commands/` and a line here. */
export const commandGroups: readonly CommandGroup[] = [
  loginCommands,
  healthCommands,
  webhooksCommands,
  webhookActions,
  eventsCommands,
  deliveriesCommands,
  tailCommand,
  replayCommands,
  verifyCommand,
  loadTestCommand,
  exportCommand,
  applyCommand,
  importCommand,
  sourcesCommands,
  tokensCommands,
]
