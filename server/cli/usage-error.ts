/** The command was written wrongly; shown with a pointer to the help. */
export class UsageError extends Error {}

/** A command that this version does not have. */
export class NotAvailableError extends Error {}
