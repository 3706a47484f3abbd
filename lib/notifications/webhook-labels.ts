/** What the key of the webhook's signatures is bound to, the present one and the one before. */
export const webhookSecretLabel = (id: string) => `notification webhook ${id} key`;
/** What its Authorization is bound to. */
export const webhookAuthorizationLabel = (id: string) => `notification webhook ${id} authorization`;
