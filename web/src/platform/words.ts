/** The client's words: one language at a time, chosen by the person or else by the device. */
import { createInstance, type i18n } from 'i18next';
import { createContext, useContext, useSyncExternalStore } from 'react';
import type { Language } from './times';
import { en } from './words/en';
import { type Words, zhCN } from './words/zh-CN';

/** `group.word`, for every word there is. */
export type WordKey = { [G in keyof Words]: `${G & string}.${keyof Words[G] & string}` }[keyof Words];
export type Say = (key: WordKey, facts?: Record<string, string | number>) => string;

export interface Speech {
  readonly say: Say;
  readonly language: Language;
}

export interface Speaker {
  current(): Speech;
  speak(language: Language): void;
  subscribe(listener: () => void): () => void;
}

/** What the device speaks: Chinese unless it prefers English. */
export function deviceLanguage(): Language {
  for (const language of navigator.languages ?? [navigator.language]) {
    if (language.startsWith('zh')) return 'zh-CN';
    if (language.startsWith('en')) return 'en';
  }
  return 'zh-CN';
}

export function languageFrom(chosen: string | null | undefined): Language {
  if (chosen === 'en') return 'en';
  // Traditional Chinese has no words of its own yet; simplified is nearer than English.
  if (chosen === 'zh-CN' || chosen === 'zh-TW') return 'zh-CN';
  return deviceLanguage();
}

export function speaker(language: Language): Speaker {
  const words: i18n = createInstance();
  void words.init({
    lng: language,
    fallbackLng: 'zh-CN',
    resources: { 'zh-CN': { translation: flat(zhCN) }, en: { translation: flat(en) } },
    // Keys such as `problems.message.too_long` have dots of their own.
    keySeparator: false,
    nsSeparator: false,
    pluralSeparator: '|',
    // React escapes whatever it draws.
    interpolation: { escapeValue: false },
    initAsync: false,
  });
  const listeners = new Set<() => void>();
  let speech = speechIn(words, language);
  return {
    current: () => speech,
    speak(next) {
      if (next === speech.language) return;
      void words.changeLanguage(next);
      speech = speechIn(words, next);
      for (const listener of listeners) listener();
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

function speechIn(words: i18n, language: Language): Speech {
  const fixed = words.getFixedT(language);
  return { language, say: (key, facts) => fixed(key, facts ?? {}) as string };
}

function flat(words: Words): Record<string, string> {
  const all: Record<string, string> = {};
  for (const [group, entries] of Object.entries(words)) {
    for (const [key, text] of Object.entries(entries)) all[`${group}.${key}`] = text as string;
  }
  return all;
}

export const SpeakerContext = createContext<Speaker | null>(null);

export function useSpeech(): Speech {
  const now = useContext(SpeakerContext);
  if (!now) throw new Error('nobody speaks here');
  return useSyncExternalStore(now.subscribe, now.current);
}

export function useSay(): Say {
  return useSpeech().say;
}

/** The sentence for a code that the server gave, or `title`, which it worded itself. */
export function problemWords(say: Say, code: string, title: string): string {
  const key = `problems.${code}` as WordKey;
  const words = say(key);
  if (words !== key) return words;
  return title || say('problems.unknown', { code });
}
