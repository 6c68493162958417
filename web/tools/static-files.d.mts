import type { Plugin } from 'vite';

export function staticFiles(): Plugin;
