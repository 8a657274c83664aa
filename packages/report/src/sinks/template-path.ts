/** Where the bundle keeps an empty database; undefined in a clone, where one is created anew. */
export const templatePath: string | undefined = undefined;
