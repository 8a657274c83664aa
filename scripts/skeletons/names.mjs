/** A name with hyphens as identifiers are written. */

export const camel = (name) => name.replace(/-(\w)/g, (_, letter) => letter.toUpperCase());
export const pascal = (name) => camel(`-${name}`);
export const snake = (name) => name.replaceAll("-", "_");
