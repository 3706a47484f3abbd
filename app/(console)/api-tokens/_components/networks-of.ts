/** Networks as somebody types them: one a line, or with commas or spaces between. */
export function networksOf(text: string): string[] {
  return text.split(/[\s,;]+/).filter((one) => one !== "");
}
