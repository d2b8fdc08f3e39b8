/**
 * Text of strangers: names, commands, output. React escapes markup; what is left is text that looks like other text.
 * Characters that turn the direction, control the terminal or show nothing are spelled out.
 */
import { quoteArgv } from '@postern/token';

/** Controls but for the tab, direction marks and overrides, characters without a width. */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\u115f\u1160\u3164\uffa0]/gu;

/** @returns the text with what cannot be seen written as `\u{…}`. */
export function visibleText(text: string): string {
  return text.replaceAll(INVISIBLE, (char) => `\\u{${(char.codePointAt(0) ?? 0).toString(16)}}`);
}

/** A name a stranger chose, isolated so that its direction ends with it. */
export function Name({ children }: { readonly children: string }) {
  return <bdi className="name">{visibleText(children)}</bdi>;
}

/** An argv as one line, quoted as a shell would need it. */
export function Command({ argv }: { readonly argv: readonly string[] }) {
  return (
    <code className="command" dir="ltr">
      {visibleText(quoteArgv(argv))}
    </code>
  );
}
