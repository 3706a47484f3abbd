/** Whom something was issued to, as a statement with outer joins to `client` and `user_account` reads it. */
export type PartiesRecord = {
  subject: string;
  clientUuid: string;
  clientId: string | null;
  clientName: string | null;
  userId: string | null;
  userEmail: string | null;
  userName: string | null;
};

export type NamedParties = {
  client: { id: string; clientId: string; name: string };
  user: { id: string; email: string; name: string } | null;
};

/** Client and user by their names; what was deleted since says so. */
export function partiesOf(record: PartiesRecord): NamedParties {
  return {
    client: {
      id: record.clientUuid,
      clientId: record.clientId ?? record.clientUuid,
      name: record.clientName ?? "Deleted client",
    },
    user:
      record.userId === null
        ? null
        : {
            id: record.userId,
            email: record.userEmail ?? record.subject,
            name: record.userName ?? "Deleted user",
          },
  };
}
