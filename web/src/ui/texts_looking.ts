/** Words about looking at a file before it is kept. */

export const looking = {
  look: "Preview",
  failed: "This browser cannot show it here. Save it instead.",
  shown: (name: string) => `Preview of ${name}`,
  where: "It is in this page only. Save it if you want to keep it.",
  save: "Save",
};
