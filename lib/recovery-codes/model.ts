/** Codes that let an admin in who has lost the second factor; browser-safe. */
export const RECOVERY_CODES = 10;
/** At so few left the console asks for new ones. */
export const FEW_RECOVERY_CODES = 3;
