/** A value of a statement's parameter. Times are Dates, bytes are Buffers. */
export type SqlValue =
  | string
  | number
  | bigint
  | boolean
  | Date
  | Buffer
  | null
  | readonly SqlValue[]
  | object;

/** Runs statements on one connection or transaction; rows come with the column names as the statement gave them. */
export type Sql = {
  query<Row extends object = Record<string, unknown>>(
    text: string,
    values?: readonly SqlValue[],
  ): Promise<Row[]>;
};
