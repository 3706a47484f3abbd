/** Texts of what stands before every owner after a break-glass sign-in. */
export const breakGlassWords = {
  title: "Break-glass sign-in",
  who: (name: string, more: number) =>
    `${name} signed in without a provider, while that was off${more === 0 ? "" : `, and so did owners ${more} times more`}:`,
  where: "See them all under Sign-in",
};
