import { visibleText } from './text.tsx';

/** An argv word by word, so that where each begins and ends is seen. */
export function ArgvWords({ words }: { readonly words: readonly string[] }) {
  return (
    <span className="words" dir="ltr">
      {words.map((word, index) => (
        <code key={index}>{word === '' ? '(empty)' : visibleText(word)}</code>
      ))}
    </span>
  );
}
