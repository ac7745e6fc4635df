/** Text from elsewhere, such as a receiver's answer, without what a terminal would obey: control and direction characters. */
export function printable(text: string): string {
  return text.replace(/[^\P{Cc}\n\t]|[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, '\ufffd')
}

/** One column of a table. */
export interface Column<Row> {
  readonly title: string
  readonly of: (row: Row) => string | number | null
}

/** Rows under titles, each column as wide as its widest cell; null shows as a dash. Ends with a line end. */
export function table<Row>(rows: readonly Row[], columns: readonly Column<Row>[]): string {
  const cells = rows.map((row) => columns.map(({ of }) => cellText(of(row))))
  const lines = [columns.map(({ title }) => title), ...cells]
  const widths = columns.map((_, index) => Math.max(...lines.map((line) => line[index]?.length ?? 0)))
  return lines
    .map((line) =>
      line
        .map((cell, index) => cell.padEnd(widths[index] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .map((line) => `${line}\n`)
    .join('')
}

function cellText(value: string | number | null): string {
  return value === null || value === '' ? '-' : printable(String(value)).replaceAll(/\s+/g, ' ')
}

/** Names and values, a line each; null shows as a dash. Ends with a line end. */
export function fields(entries: readonly (readonly [string, string | number | null])[]): string {
  const width = Math.max(...entries.map(([name]) => name.length))
  return entries.map(([name, value]) => `${name.padEnd(width)}  ${cellText(value)}\n`).join('')
}

/** A time of the API without its milliseconds. */
export function shortTime(time: string | null | undefined): string | null {
  return time == null ? null : time.replace(/\.\d+Z$/, 'Z')
}

/** `1 delivery`, `1,204 deliveries`. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count.toLocaleString('en-US')} ${count === 1 ? one : many}`
}

/** A value as JSON; what a terminal might obey is escaped. Ends with a line end. */
export function jsonText(value: unknown, indent = 2): string {
  const text = JSON.stringify(value, null, indent) ?? 'null'
  return `${text.replace(/[\u007f-\u009f]/g, (char) => `\\u00${char.charCodeAt(0).toString(16)}`)}\n`
}
