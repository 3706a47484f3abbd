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

/** How a transaction ended: `unknown` where the answer to its COMMIT never came. */
export type TransactionEnd = "committed" | "rolled back" | "unknown";

/** Runs statements on one connection or transaction; rows come with the column names as the statement gave them. */
export type Sql = {
  /** Of a transaction: tells once how it ended. Where it is not there, each statement commits by itself. */
  onEnd?(tell: (end: TransactionEnd) => void): void;
  query<Row extends object = Record<string, unknown>>(
    text: string,
    values?: readonly SqlValue[],
  ): Promise<Row[]>;
};

const preparedNames = new Map<string, string>();

/**
 * Marks a fixed statement of a hot path: each connection of the pool plans it once instead of at every call. Never for a text that is put
 * together at run time: connections keep every plan.
 */
export function prepared(text: string): string {
  if (!preparedNames.has(text)) preparedNames.set(text, `tokenwarden_${preparedNames.size}`);
  return text;
}

/** A statement as a connection is given it: by its name where it is a prepared one. */
export function statementOf(
  text: string,
  values: readonly unknown[],
): { text: string; values: unknown[]; name?: string } {
  const name = preparedNames.get(text);
  return { text, values: values as unknown[], ...(name === undefined ? {} : { name }) };
}
