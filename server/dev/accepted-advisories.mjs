/**
 * High and critical advisories that do not touch us, each with the reason and the last day on which that is believed without another look.
 * @type {readonly import("./audit-report.mjs").Acceptance[]}
 */
export const ACCEPTED_ADVISORIES = [];
