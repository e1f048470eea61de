/** Commands to copy. Names and keys come from outside: in a shell each of them stays one word and runs nothing. */

const PLAIN = /^[A-Za-z0-9_.,:@/+%][A-Za-z0-9_.,:=@/+%-]*$/;
/** What a terminal would act on, or would not show as what it is: control characters, and such as turn the reading order. */
const HIDDEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u;

/** One word of a POSIX shell; text with characters that cannot be seen is written with their codes (`$'…'`). */
export function word(text: string): string {
  if (PLAIN.test(text)) return text;
  return HIDDEN.test(text) ? coded(text) : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

/** `--name=value`, so that a value that begins with a dash is no option. */
export function option(name: string, value: string): string {
  return `--${name}=${word(value)}`;
}

/** UTF-8 by octal codes, which bash, zsh and ksh read alike. */
function coded(text: string): string {
  const codes = Array.from(text, (character) => {
    if (character === "'" || character === '\\') return `\\${character}`;
    if (!HIDDEN.test(character)) return character;
    return Array.from(Buffer.from(character), (byte) => `\\${byte.toString(8).padStart(3, '0')}`).join('');
  });
  return `$'${codes.join('')}'`;
}
