/** The tables of version 1. Times are milliseconds since 1970, lists and maps JSON text. */
const tables = `
create table webhooks (
  id text primary key, url text not null, description text not null, event_types text not null, scope text not null,
  headers text not null, secret text not null, enabled integer not null, disabled_reason text, disabled_at integer,
  retry_schedule text, rate_limit real, version integer not null, created_at integer not null, updated_at integer not null
) strict, without rowid;

create table subscriptions (
  event_type text not null, webhook_id text not null, primary key (event_type, webhook_id)
) strict, without rowid;

create table removed_webhooks (id text primary key, removed_at integer not null) strict, without rowid;

create table rate_limits (webhook_id text primary key, next_free_at real not null) strict, without rowid;

create table events (
  id text primary key, type text not null, origin_kind text not null, origin_id text not null, accepted_at integer not null,
  payload blob not null
) strict;

create table fan_outs (
  event_id text primary key, at integer not null, webhook_ids text not null, missed_by text not null
) strict, without rowid;

create table positions (name text primary key, at text not null) strict, without rowid;

create table idempotency_keys (
  key text primary key, event_id text not null, body_hash text not null, expires_at integer not null
) strict, without rowid;
create index idempotency_keys_by_expiry on idempotency_keys (expires_at);

create table deliveries (
  id text primary key, event_id text not null, webhook_id text not null, event_type text not null, "trigger" text not null,
  status text not null, attempts integer not null, created_at integer not null, updated_at integer not null,
  next_attempt_at integer, last_status integer, last_error text, errored integer not null, sweep_at integer
) strict, without rowid;
create index deliveries_by_webhook on deliveries (webhook_id, created_at);
create index deliveries_errored on deliveries (webhook_id, created_at) where errored = 1;
create index deliveries_to_sweep on deliveries (sweep_at) where sweep_at is not null;

create table attempts (
  delivery_id text not null, number integer not null, sent_at integer not null, duration_ms integer not null,
  url text not null, request_headers text not null, response text, error text,
  primary key (delivery_id, number, sent_at)
) strict;

create table hourly_counters (
  webhook_id text not null, hour integer not null, total integer not null, errored integer not null,
  primary key (webhook_id, hour)
) strict, without rowid;

create table tokens (
  id text primary key, name text not null, hash text not null unique, scopes text not null,
  created_at integer not null, expires_at integer
) strict, without rowid;

create table sources (
  id text primary key, name text not null, secret text not null, created_at integer not null, last_event_at integer
) strict, without rowid;

create table messages (
  queue text not null, id text not null, group_id text not null, visible_at integer not null,
  receive_count integer not null, in_flight integer not null, sent_at integer not null, body text not null,
  primary key (queue, id)
) strict;
create index messages_by_group on messages (queue, group_id, visible_at) where in_flight = 0;
`

const previousSecrets = `
alter table webhooks add column previous_secret text;
alter table webhooks add column previous_secret_expires_at integer;
`

const breakers = `
create table breakers (
  webhook_id text primary key, version integer not null, state text not null
) strict, without rowid;
`

/** How a webhook shows its receiver who it is; JSON text. */
const receiverAuth = `alter table webhooks add column auth text;`

// Apart from the events: an erasure outlives its event while deliveries of it are in the log.
const erasures = `
create table erasures (event_id text primary key, erased_at integer not null) strict, without rowid;
`

const retentions = `
alter table webhooks add column retention_ms integer;
alter table webhooks add column hidden_before integer;
`

/** Replays, and where they find a webhook's failures in the order of the events. */
const replays = `
create table replays (
  id text primary key, webhook_id text not null, status text not null, version integer not null, state text not null
) strict, without rowid;
create unique index replays_running on replays (webhook_id) where status = 'running';
create index replays_by_webhook on replays (webhook_id, id);
create index deliveries_to_mend on deliveries (webhook_id, event_id) where errored = 1;
`

const failing = `
alter table webhooks add column last_off_since integer;
alter table webhooks add column last_off_until integer;
alter table webhooks add column failures_from integer not null default 0;
alter table webhooks add column warned integer not null default 0;

create table notices (id text primary key, notice text not null) strict, without rowid;
`

/** How long the last attempt took, for the log. */
const durations = `alter table deliveries add column last_duration_ms integer;`

/** The batch changes that an event can be found by, JSON text; null: none, or the event is older than this column. */
const batchChanges = `alter table events add column batch_changes text;`

// Rows are small now that payloads stay out of them, and found by their ids alone: one tree to write, not two.
const smallMessages = `
create table small_messages (
  queue text not null, id text not null, group_id text not null, visible_at integer not null,
  receive_count integer not null, in_flight integer not null, sent_at integer not null, body text not null,
  primary key (queue, id)
) strict, without rowid;
insert into small_messages select queue, id, group_id, visible_at, receive_count, in_flight, sent_at, body from messages;
drop table messages;
alter table small_messages rename to messages;
create index messages_by_group on messages (queue, group_id, visible_at) where in_flight = 0;
`

/**
 * What makes each version out of the one before, the first out of nothing. There are data out there of every version:
 * a migration that was released stays as it is, and a change of the tables is a new one at the end.
 */
export const migrations: readonly string[] = [
  tables,
  previousSecrets,
  breakers,
  receiverAuth,
  erasures,
  retentions,
  replays,
  failing,
  durations,
  batchChanges,
  smallMessages,
]

/** The version that this code works with; data of a higher one are refused. */
export const schemaVersion = migrations.length
