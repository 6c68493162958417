/** The socket's frames: JSON-RPC 2.0 without batches. */
import type { Problem } from '../protocol/generated';

export type Incoming =
  | { readonly kind: 'result'; readonly id: number; readonly result: unknown }
  | { readonly kind: 'error'; readonly id: number | null; readonly error: RpcError }
  | { readonly kind: 'notification'; readonly method: string; readonly params: unknown };

export interface RpcError {
  readonly code: number;
  readonly message: string;
  readonly data?: { readonly code?: string; readonly status?: number; readonly params?: Problem['params'] };
}

export function request(id: number, method: string, params: unknown): string {
  return JSON.stringify({ jsonrpc: '2.0', id, method, params });
}

export function notification(method: string, params: unknown): string {
  return JSON.stringify({ jsonrpc: '2.0', method, params });
}

/** What a frame says; null for what is none of ours, so that a newer server breaks nothing. */
export function read(data: string): Incoming | null {
  let frame: Record<string, unknown>;
  try {
    const value: unknown = JSON.parse(data);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return null;
    frame = value as Record<string, unknown>;
  } catch {
    return null;
  }
  if (typeof frame.method === 'string') {
    return { kind: 'notification', method: frame.method, params: frame.params ?? {} };
  }
  if (frame.error !== undefined) {
    return {
      kind: 'error',
      id: typeof frame.id === 'number' ? frame.id : null,
      error: frame.error as RpcError,
    };
  }
  return typeof frame.id === 'number' ? { kind: 'result', id: frame.id, result: frame.result } : null;
}
