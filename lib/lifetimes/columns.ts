/** A client's own lifetimes over `client c`, as ClientLifetimes has them. */
export const CLIENT_LIFETIME_SQL = `c.access_token_ttl_seconds AS "accessTokenTtlSeconds", c.refresh_token_idle_seconds AS "refreshTokenIdleSeconds",
  c.refresh_token_absolute_seconds AS "refreshTokenAbsoluteSeconds", c.refresh_grace_seconds AS "refreshGraceSeconds",
  c.rotates_refresh_tokens AS "rotatesRefreshTokens", c.authorization_code_ttl_seconds AS "authorizationCodeTtlSeconds",
  c.id_token_ttl_seconds AS "idTokenTtlSeconds", c.session_idle_seconds AS "sessionIdleSeconds",
  c.session_absolute_seconds AS "sessionAbsoluteSeconds", c.device_code_ttl_seconds AS "deviceCodeTtlSeconds",
  c.device_poll_seconds AS "devicePollSeconds"`;

/** The organisation's lifetimes and bounds, as OrganisationLifetimes has them. */
export const ORGANISATION_LIFETIME_SQL = `access_token_ttl_seconds AS "accessTokenTtlSeconds", service_token_ttl_seconds AS "serviceTokenTtlSeconds",
    access_token_ttl_min_seconds AS "accessTokenTtlMinSeconds", access_token_ttl_max_seconds AS "accessTokenTtlMaxSeconds",
    refresh_token_idle_seconds AS "refreshTokenIdleSeconds", refresh_token_absolute_seconds AS "refreshTokenAbsoluteSeconds",
    refresh_token_idle_max_seconds AS "refreshTokenIdleMaxSeconds", refresh_token_absolute_max_seconds AS "refreshTokenAbsoluteMaxSeconds",
    refresh_grace_seconds AS "refreshGraceSeconds", refresh_grace_max_seconds AS "refreshGraceMaxSeconds",
    rotates_confidential_refresh_tokens AS "rotatesConfidentialRefreshTokens",
    authorization_code_ttl_seconds AS "authorizationCodeTtlSeconds", authorization_code_ttl_max_seconds AS "authorizationCodeTtlMaxSeconds",
    id_token_ttl_seconds AS "idTokenTtlSeconds", id_token_ttl_max_seconds AS "idTokenTtlMaxSeconds",
    device_code_ttl_seconds AS "deviceCodeTtlSeconds", device_code_ttl_max_seconds AS "deviceCodeTtlMaxSeconds",
    device_poll_seconds AS "devicePollSeconds",
    session_idle_seconds AS "sessionIdleSeconds", session_absolute_seconds AS "sessionAbsoluteSeconds",
    clock_skew_seconds AS "clockSkewSeconds"`;
