// Writes the wire types of the client from the JSON Schema that the server publishes.
//
//   node tools/wire-types.mjs ../protocol/schema.json src/protocol/generated.ts
//
// A field with a default may be left out by whoever writes, so it is optional here: code that reads it
// says what its absence means. Names that the server uses twice (`…views.Hello`, `…requests.Hello`)
// become `HelloView` and `HelloRequest`.
import { readFileSync, writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

export function typesOf(schema) {
  const definitions = Object.entries(schema.$defs).sort(([a], [b]) => (a < b ? -1 : 1));
  const parts = [
    '// Generated from protocol/schema.json by `npm run types`. Do not edit.',
    ...definitions.map(([name, definition]) => declaration(nameOf(name), definition)),
  ];
  return `${parts.join('\n\n')}\n`;
}

function nameOf(key) {
  const words = key.split('.');
  // `Page_Presence_` is a Page of Presence.
  const last = words[words.length - 1]
    .split('_')
    .map((part) => part.slice(0, 1).toUpperCase() + part.slice(1))
    .join('');
  if (words.length === 1) return last;
  const suffix = words.includes('requests') ? 'Request' : words.includes('views') ? 'View' : 'Body';
  return `${last}${suffix}`;
}

function declaration(name, definition) {
  const comment = definition.description ? `${docComment(definition.description, '')}\n` : '';
  if (definition.type === 'object' && definition.properties) {
    return `${comment}export interface ${name} ${objectOf(definition)}`;
  }
  return `${comment}export type ${name} = ${typeOf(definition)};`;
}

function objectOf(definition) {
  const required = new Set(definition.required ?? []);
  const fields = Object.entries(definition.properties).map(([field, type]) => {
    const comment = type.description ? `${docComment(type.description, '  ')}\n` : '';
    return `${comment}  ${field}${required.has(field) ? '' : '?'}: ${typeOf(type)};`;
  });
  return fields.length === 0 ? '{}' : `{\n${fields.join('\n')}\n}`;
}

function typeOf(type) {
  if (type.$ref) return nameOf(decodeURIComponent(type.$ref.replace('#/$defs/', '')));
  if (type.enum) return type.enum.map((value) => JSON.stringify(value)).join(' | ');
  if ('const' in type) return JSON.stringify(type.const);
  if (type.anyOf) return unique(type.anyOf.map(typeOf)).join(' | ');
  if (Array.isArray(type.type))
    return unique(type.type.map((one) => typeOf({ ...type, type: one }))).join(' | ');
  switch (type.type) {
    case 'integer':
    case 'number':
      return 'number';
    case 'string':
      return 'string';
    case 'boolean':
      return 'boolean';
    case 'null':
      return 'null';
    case 'array':
      return `Array<${type.items ? typeOf(type.items) : 'unknown'}>`;
    case 'object':
      if (type.properties) return objectOf(type);
      return `Record<string, ${type.additionalProperties ? typeOf(type.additionalProperties) : 'unknown'}>`;
    default:
      return 'unknown';
  }
}

function unique(list) {
  return [...new Set(list)];
}

function docComment(text, indent) {
  const lines = text.replaceAll('*/', '* /').split('\n');
  if (lines.length === 1) return `${indent}/** ${lines[0]} */`;
  return [`${indent}/**`, ...lines.map((line) => `${indent} * ${line}`.trimEnd()), `${indent} */`].join('\n');
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const [source, target] = process.argv.slice(2);
  writeFileSync(target, typesOf(JSON.parse(readFileSync(source, 'utf8'))));
}
