/** Groups, for every layer; browser-safe. Times are ISO 8601 in UTC. */
export type GroupRow = {
  id: string;
  name: string;
  description: string;
  memberCount: number;
  /** Service clients whose own tokens carry the group. */
  clientCount: number;
  permissionCount: number;
  /** In order. */
  permissionNames: string[];
  createdAt: string;
};

export type GroupDetail = GroupRow & {
  permissions: { id: string; name: string; audience: string; description: string }[];
  clients: { id: string; clientId: string; name: string }[];
  version: number;
};

export const GROUP_NAME_MAX = 80;
/** Group names stand in tokens and in URLs. */
export const GROUP_NAME_PATTERN = /^[\p{L}\p{N}](?:[\p{L}\p{N} ._:/@-]*[\p{L}\p{N}])?$/u;
