/** The layers: imports go down, never up, and features do not know each other. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const src = resolve(dirname(fileURLToPath(import.meta.url)), '../src');

// From the top; those in one line are strangers to each other.
const LAYERS: readonly (readonly string[])[] = [
  ['app'],
  ['features'],
  ['session'],
  ['design', 'state', 'cache', 'platform'],
  ['connection'],
  ['protocol'],
];
const MOST_LINES = 320;

function files(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) return files(path);
    return /\.tsx?$/.test(name) ? [path] : [];
  });
}

function levelOf(layer: string): number {
  return LAYERS.findIndex((line) => line.includes(layer));
}

const sources = files(src).map((path) => {
  const text = readFileSync(path, 'utf8');
  const imports = [...text.matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g)].map((match) => match[1] ?? '');
  return { name: relative(src, path), path, text, imports };
});

test('every file lies in a layer', () => {
  for (const { name } of sources) expect(levelOf(name.split('/')[0] ?? ''), name).toBeGreaterThanOrEqual(0);
});

test('imports go down, type-only ones too', () => {
  const wrong: string[] = [];
  for (const { name, path, imports } of sources) {
    const [layer = '', feature] = name.split('/');
    for (const each of imports.filter((one) => one.startsWith('.'))) {
      const [toLayer = '', toFeature] = relative(src, resolve(dirname(path), each)).split('/');
      const isInside = layer === toLayer && (layer !== 'features' || feature === toFeature);
      if (!isInside && levelOf(toLayer) <= levelOf(layer)) wrong.push(`${name} → ${each}`);
    }
  }
  expect(wrong).toEqual([]);
});

test('state knows neither React nor the page', () => {
  for (const { name, text, imports } of sources.filter((one) => one.name.startsWith('state/'))) {
    expect(
      imports.filter((one) => /react|zustand|antd/.test(one)),
      name,
    ).toEqual([]);
    expect(text, name).not.toMatch(/\b(window|document|localStorage|fetch|Date\.now)\b/);
  }
});

test('only the talk is light: Ant Design stays on the pages of forms', () => {
  const heavy = sources.filter((one) =>
    one.imports.some((each) => each === 'antd' || each.startsWith('antd/')),
  );
  for (const { name } of heavy) expect(name).toMatch(/^(design\/Forms|features\/(settings|admin)\/)/);
});

test('nothing is set as HTML or said to the console, and nothing is fetched from elsewhere', () => {
  for (const { name, text } of sources) {
    expect(text, name).not.toMatch(
      /innerHTML|outerHTML|dangerouslySetInnerHTML|insertAdjacentHTML|document\.write|\beval\(/,
    );
    expect(text, name).not.toMatch(/\bconsole\./);
    expect(text, name).not.toMatch(/['"`]https?:\/\//);
  }
});

test('files stay short enough to read', () => {
  for (const { name, text } of sources) {
    if (name.startsWith('protocol/') || name.startsWith('platform/words/')) continue;
    expect(text.split('\n').length, name).toBeLessThan(MOST_LINES);
  }
});

test('nothing newer than the oldest browsers is used unguarded', () => {
  for (const { name, text } of sources) {
    expect(text, name).not.toMatch(
      /\.(at|findLast|findLastIndex|toSorted|toReversed|toSpliced|hasOwn)\(|structuredClone|randomUUID\(/,
    );
  }
});
