/** A running export whose process said nothing for so long is nobody's any more. */
export const SILENT_SECONDS = 30;
