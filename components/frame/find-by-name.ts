import {
  IconFolders,
  IconLifebuoy,
  IconMapPin,
  IconPlugConnected,
  IconShieldCheck,
  IconTargetArrow,
  IconUser,
} from "@tabler/icons-react";
import { lifelineHref } from "#lib/lifelines/model.ts";
import { parseAddress } from "#lib/list-query/address.ts";
import { requestJson } from "../request/request-json.ts";

export type Found = { href: string; label: string; description: string; Icon: typeof IconUser };

type Row = {
  id: string;
  name: string;
  title: string;
  email: string;
  clientId: string;
  description: string;
  number: number;
};

/** What has a name, where it is listed, and how a line of it reads; what is looked for most comes first. */
const KINDS: { list: string; Icon: Found["Icon"]; lineOf: (row: Row) => Omit<Found, "Icon"> }[] = [
  {
    list: "clients",
    Icon: IconPlugConnected,
    lineOf: ({ id, name, clientId }) => ({
      href: `/clients/${id}`,
      label: name,
      description: `Client ${clientId}`,
    }),
  },
  {
    list: "users",
    Icon: IconUser,
    lineOf: ({ id, name, email }) => ({ href: `/users/${id}`, label: name, description: `User ${email}` }),
  },
  {
    list: "verifiers",
    Icon: IconShieldCheck,
    lineOf: ({ id, name, description }) => ({
      href: `/verifiers/${id}`,
      label: name,
      description: description === "" ? "Verifier" : `Verifier: ${description}`,
    }),
  },
  {
    list: "incidents",
    Icon: IconLifebuoy,
    lineOf: ({ number, title }) => ({
      href: `/incidents/${number}`,
      label: title,
      description: `Case ${number}`,
    }),
  },
  {
    list: "audiences",
    Icon: IconTargetArrow,
    lineOf: ({ id, title, name }) => ({
      href: `/audiences/${id}`,
      label: title,
      description: `Audience ${name}`,
    }),
  },
  {
    list: "groups",
    Icon: IconFolders,
    lineOf: ({ id, name, description }) => ({
      href: `/groups/${id}`,
      label: name,
      description: description === "" ? "Group" : `Group: ${description}`,
    }),
  },
];

/** Of each kind. */
const SHOWN = 4;

/** Any address can be followed: that nothing came from it is an answer. */
function addressOf(text: string): Found[] {
  const address = parseAddress(text);
  if (address === null || address.includes("/")) return [];
  return [
    {
      href: lifelineHref({ kind: "address", id: address }),
      label: address,
      description: "Address: all that came from it",
      Icon: IconMapPin,
    },
  ];
}

/** What of the registry and of the cases a text finds, and an address. A list that does not answer finds nothing. */
export async function findByName(text: string, signal: AbortSignal): Promise<Found[]> {
  const query = `size=${SHOWN}&q=${encodeURIComponent(text)}`;
  const answers = await Promise.allSettled(
    KINDS.map(({ list }) => requestJson<{ rows: Row[] }>(`/api/v1/${list}?${query}`, { signal })),
  );
  const named = answers.flatMap((answer, at) => {
    const kind = KINDS[at];
    if (answer.status === "rejected" || kind === undefined) return [];
    return answer.value.rows.map((row) => ({ ...kind.lineOf(row), Icon: kind.Icon }));
  });
  return [...addressOf(text), ...named];
}
