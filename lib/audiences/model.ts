/** Applications that accept tokens, and the permissions each owns; browser-safe. Times are ISO 8601 in UTC. */
export type AudiencePermission = { id: string; name: string; description: string };

export type AudienceRow = {
  id: string;
  /** Stands in `aud`. */
  name: string;
  title: string;
  /** The RFC 8707 resource indicator. */
  resourceUri: string;
  /** The longest that an access token for it lives, whatever its client; null: no limit of its own. */
  accessTokenTtlMaxSeconds: number | null;
  permissions: AudiencePermission[];
  clientCount: number;
  verifierCount: number;
  createdAt: string;
  version: number;
};

export const AUDIENCE_NAME_PATTERN = /^[a-z0-9](?:[a-z0-9._-]{0,62}[a-z0-9])?$/;
/** A scope-token of RFC 6749 section 3.3 without quotes and backslash, starting with a letter or digit. */
export const PERMISSION_NAME_PATTERN = /^[A-Za-z0-9][A-Za-z0-9!#$%&'()*+,./:;<=>?@[\]^_`{|}~-]{0,99}$/;
export const AUDIENCE_PERMISSIONS_MAX = 200;
/** Scopes that the protocol owns: no audience may. */
export const PROTOCOL_SCOPES: ReadonlySet<string> = new Set(["openid", "offline_access", "profile", "email"]);
