type Values = Record<string, unknown> | null;

/** What whoever reads of an act must not overlook, as a sentence, and the fields of it that the sentence says; null where there is nothing. Browser-safe. */
export function actWarning({
  act,
  target,
  after,
}: {
  act: string;
  target: { name: string };
  after: Values;
}): { says: string; fields: readonly string[] } | null {
  const looksLike = after?.looksLike;
  if (!["admin.invited", "admin.created", "admin.linked"].includes(act) || typeof looksLike !== "string")
    return null;
  return {
    says: `${target.name} is easily read as ${looksLike}, the address of somebody who was an admin before. If they are not one person, somebody may be imitated.`,
    fields: ["looksLike"],
  };
}
