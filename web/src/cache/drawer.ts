/**
 * What a device keeps for one person between visits, as JSON under names of that person.
 *
 * Where the browser keeps nothing (private mode, a full disk) it is kept until the page closes.
 */
export class Drawer {
  private readonly memory = new Map<string, unknown>();
  private readonly prefix: string;
  private readonly storage: Storage | null;

  constructor(user: number, storage: Storage | null) {
    this.prefix = `yanxin:${user}:`;
    this.storage = storage;
  }

  get<T>(name: string): T | undefined {
    if (this.memory.has(name)) return this.memory.get(name) as T;
    try {
      const kept = this.storage?.getItem(this.prefix + name);
      if (kept === null || kept === undefined) return undefined;
      const value = JSON.parse(kept) as T;
      this.memory.set(name, value);
      return value;
    } catch {
      return undefined;
    }
  }

  set(name: string, value: unknown): void {
    this.memory.set(name, value);
    try {
      this.storage?.setItem(this.prefix + name, JSON.stringify(value));
    } catch {
      // Full or forbidden: the memory has it.
    }
  }

  remove(name: string): void {
    this.memory.delete(name);
    try {
      this.storage?.removeItem(this.prefix + name);
    } catch {
      // Nothing was kept there.
    }
  }

  /** Forgets everything of this person: they signed out. */
  empty(): void {
    this.memory.clear();
    try {
      const names = Object.keys(this.storage ?? {}).filter((name) => name.startsWith(this.prefix));
      for (const name of names) this.storage?.removeItem(name);
    } catch {
      // Nothing was kept there.
    }
  }
}

/** The browser's store, or null where asking for it is already forbidden. */
export function browserStorage(): Storage | null {
  try {
    return window.localStorage;
  } catch {
    return null;
  }
}
