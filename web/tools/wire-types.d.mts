/** The TypeScript that stands for a JSON Schema with `$defs`. */
export function typesOf(schema: object): string;
