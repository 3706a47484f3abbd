/** The database's own code of what a statement failed of, through Prisma too, which keeps it apart from the cause; null for any other failure. */
export function sqlStateOf(error: unknown): string | null {
  if (!(error instanceof Error)) return null;
  const { code, meta } = error as {
    code?: unknown;
    meta?: { driverAdapterError?: { cause?: { originalCode?: unknown } } };
  };
  const original = meta?.driverAdapterError?.cause?.originalCode;
  if (typeof original === "string") return original;
  return typeof code === "string" && /^[0-9A-Z]{5}$/.test(code) ? code : null;
}
