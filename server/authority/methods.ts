/** The methods of each of the authority's addresses. */
const METHODS: Record<string, readonly string[]> = {
  "/.well-known/oauth-authorization-server": ["GET", "HEAD"],
  "/.well-known/openid-configuration": ["GET", "HEAD"],
  "/events": ["POST"],
  "/leak-reports": ["POST"],
  "/.well-known/ssf-configuration": ["GET", "HEAD"],
  "/.well-known/tokenwarden-checkpoint-keys.json": ["GET", "HEAD"],
  "/healthz": ["GET", "HEAD"],
  "/device": ["GET", "HEAD", "POST"],
  "/oauth/authorize": ["GET", "HEAD"],
  "/oauth/device_authorization": ["POST"],
  "/oauth/introspect": ["POST"],
  "/oauth/jwks": ["GET", "HEAD"],
  "/oauth/logout": ["GET", "HEAD"],
  "/oauth/logout/confirm": ["POST"],
  "/oauth/logout/success": ["GET", "HEAD"],
  "/oauth/par": ["POST"],
  "/oauth/revoke": ["POST"],
  "/oauth/token": ["POST"],
  "/oauth/userinfo": ["GET", "HEAD", "POST"],
  "/readyz": ["GET", "HEAD"],
  "/revocations": ["GET"],
  "/revocations/acknowledgements": ["POST"],
  "/revocations/jwks": ["GET", "HEAD"],
  "/revocations/snapshot": ["GET"],
  "/status-lists": ["GET", "HEAD"],
  "/status-lists/{id}": ["GET", "HEAD"],
  "/signals/status": ["GET", "HEAD", "POST"],
  "/signals/streams": ["GET", "HEAD", "POST", "PATCH", "PUT", "DELETE"],
  "/signals/verify": ["POST"],
  "/verify": ["GET", "HEAD"],
};

/** Addresses with an id in them that are posted to. */
const POSTED = /^\/signals\/(?:streams\/[^/]+\/poll|[0-9a-f-]{36})$/;

/** The `Allow` of an address that has other methods than the one that it was asked by, or null where there is no such address. */
export function allowOf(target: string, method: string): string | null {
  const path = (target.split("?", 1)[0] ?? "").replace(/^\/status-lists\/\d+$/, "/status-lists/{id}");
  const methods = Object.hasOwn(METHODS, path) ? METHODS[path] : POSTED.test(path) ? ["POST"] : undefined;
  return methods === undefined || methods.includes(method) ? null : methods.join(", ");
}

/** Where a sign-in page leads back to. */
const RESUMED = /^\/(?:oauth\/authorize|device)\/[\w-]+$/;

/** Whether an address is one of the authority's, as it is written: a router that folds case and slashes must not make others of it. */
export function isAddress(path: string): boolean {
  return Object.hasOwn(METHODS, path) || RESUMED.test(path);
}
