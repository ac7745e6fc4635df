import { RemovalPolicy } from 'aws-cdk-lib'
import { AttributeType, BillingMode, type ITable, Table } from 'aws-cdk-lib/aws-dynamodb'
import { Grant, type IGrantable } from 'aws-cdk-lib/aws-iam'
import { Construct } from 'constructs'
import { fixLogicalId } from './fixed-logical-id.ts'
import type { Settings } from './settings.ts'

const look = ['dynamodb:GetItem', 'dynamodb:BatchGetItem', 'dynamodb:Query']
const write = ['dynamodb:PutItem', 'dynamodb:UpdateItem', 'dynamodb:DeleteItem']

type NamedTable = Pick<ITable, 'tableName' | 'tableArn'>

/**
 * The two tables: what is configured stays, what is logged expires. Both outlive the stack. Their logical ids are a
 * contract: a new one would be a new, empty table. One that is there already (`existing`) is used as it is, and not
 * managed; the stack's own then leaves the template and stays in the account.
 */
export class Tables extends Construct {
  readonly config: NamedTable
  readonly log: NamedTable

  constructor(scope: Construct, id: string, { configTable, logTable }: Settings['existing']) {
    super(scope, id)
    this.config =
      configTable === undefined ? keptTable(this, 'Config') : Table.fromTableName(this, 'Config', configTable)
    this.log =
      logTable === undefined
        ? keptTable(this, 'Log', 'expires_at')
        : Table.fromTableName(this, 'Log', logTable)
  }

  /** Single items by their key. */
  grantGetConfig(grantee: IGrantable): void {
    grant(grantee, this.config, ['dynamodb:GetItem'])
  }

  grantReadConfig(grantee: IGrantable): void {
    grant(grantee, this.config, look)
  }

  /** Reads, and changes of attributes: a source's last event, a webhook's pace and state, the place of the audit. */
  grantUpdateConfig(grantee: IGrantable): void {
    grant(grantee, this.config, [...look, 'dynamodb:UpdateItem'])
  }

  /** To change webhooks as a whole, and to remove notices that were told. Other items, tokens among them, are out of reach. */
  grantTurnOff(grantee: IGrantable): void {
    grant(grantee, this.config, ['dynamodb:PutItem'], 'webhook')
    grant(grantee, this.config, ['dynamodb:DeleteItem'], 'notice')
  }

  grantManageConfig(grantee: IGrantable): void {
    grant(grantee, this.config, [...look, ...write])
  }

  grantReadWriteLog(grantee: IGrantable): void {
    grant(grantee, this.log, [...look, ...write])
  }
}

// `Table.grant` adds the indexes as `*`; there are none.
function grant(grantee: IGrantable, table: NamedTable, actions: string[], partition?: string): void {
  Grant.addToPrincipal({
    grantee,
    actions,
    resourceArns: [table.tableArn],
    ...(partition !== undefined && {
      conditions: { 'ForAllValues:StringEquals': { 'dynamodb:LeadingKeys': [partition] } },
    }),
  })
}

function keptTable(scope: Construct, id: string, timeToLiveAttribute?: string): Table {
  const table = new Table(scope, id, {
    partitionKey: { name: 'pk', type: AttributeType.STRING },
    sortKey: { name: 'sk', type: AttributeType.STRING },
    billingMode: BillingMode.PAY_PER_REQUEST,
    pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
    deletionProtection: true,
    removalPolicy: RemovalPolicy.RETAIN,
    ...(timeToLiveAttribute !== undefined && { timeToLiveAttribute }),
  })
  fixLogicalId(table, `${id}Table`)
  return table
}
