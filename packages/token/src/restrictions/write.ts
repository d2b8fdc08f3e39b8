/** Postern's own restrictions to canonical bytes. */
import type { OwnCaveat, TemplateWord } from '../caveat.ts';
import { TokenError } from '../errors.ts';
import { compareBytes } from '../lib/bytes.ts';
import type { MsgpackWriter } from '../lib/msgpack-writer.ts';
import { checkName, checkTemplate } from './check.ts';
import { parseNetwork } from './network.ts';

export function writeRestriction(writer: MsgpackWriter, caveat: OwnCaveat): void {
  switch (caveat.type) {
    case 'SourceAddress': {
      const networks = caveat.networks.map((text) => {
        const { address, prefix } = parseNetwork(text);
        return Uint8Array.of(...address, prefix);
      });
      return writeSorted(writer, networks, (network) => writer.bytes(network));
    }
    case 'NoStdin':
    case 'NoTty':
      return writer.array(0);
    case 'MaxTimeout':
      return writer.unsigned(caveat.seconds);
    case 'MaxOutput':
      return writer.unsigned(caveat.bytes);
    case 'EnvNames':
    case 'RunAsUsers':
    case 'WorkingDirectories': {
      for (const name of caveat.names) checkName(caveat.type, name);
      const text = new TextEncoder();
      const names = caveat.names.map((name) => text.encode(name));
      return writeSorted(writer, names, (name) => writer.text(name));
    }
    case 'CommandTemplates':
      writer.array(caveat.templates.length);
      for (const template of caveat.templates) {
        checkTemplate(template);
        writer.array(2);
        writer.array(template.words.length);
        for (const word of template.words) writeWord(writer, word);
        writer.array(template.tail === undefined ? 0 : 2);
        if (template.tail === undefined) continue;
        writeWord(writer, template.tail.word);
        writer.unsigned(template.tail.most);
      }
      return undefined;
  }
}

/** A list in a one-field record: ascending by bytes, nothing twice. */
function writeSorted(
  writer: MsgpackWriter,
  items: readonly Uint8Array[],
  write: (item: Uint8Array) => void,
): void {
  const sorted = [...items].sort(compareBytes);
  writer.array(1);
  writer.array(sorted.length);
  let before: Uint8Array | undefined;
  for (const item of sorted) {
    if (before !== undefined && compareBytes(item, before) === 0)
      throw new TokenError('bad-caveat', 'a list that names the same thing twice');
    write(item);
    before = item;
  }
}

function writeWord(writer: MsgpackWriter, word: TemplateWord): void {
  switch (word.kind) {
    case 'literal':
      writer.array(2);
      writer.unsigned(0);
      return writer.string(word.text);
    case 'one-of':
      writer.array(2);
      writer.unsigned(1);
      writer.array(word.texts.length);
      for (const text of word.texts) writer.string(text);
      return undefined;
    case 'integer':
      writer.array(3);
      writer.unsigned(2);
      writer.signed(word.least);
      return writer.signed(word.most);
    case 'pattern':
      writer.array(2);
      writer.unsigned(3);
      return writer.string(word.pattern);
  }
}
