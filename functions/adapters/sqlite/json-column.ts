import * as z from 'zod/mini'

/** JSON text in a column, parsed as `schema`. */
export function jsonColumn<Schema extends z.ZodMiniType>(schema: Schema) {
  return z.pipe(
    z.pipe(
      z.string(),
      z.transform((text): unknown => JSON.parse(text)),
    ),
    schema,
  )
}

/** 0 or 1 in a column. */
export const flagColumn = z.pipe(
  z.int(),
  z.transform((flag) => flag === 1),
)

/** Bytes in a column, as a Buffer over the same memory. */
export const bytesColumn = z.pipe(
  z.instanceof(Uint8Array),
  z.transform((bytes) => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)),
)
