/** Which passwords are taken: long ones that are not the first to be tried. Nothing is asked of their characters. */

/** As ASVS 6.2 has it, with a longer least. 15 and more is what we advise. */
const PASSWORD_LENGTH = { least: 12, advised: 15, most: 1024 } as const;

const LEAST_DIFFERENT = 5;

/** What guessing starts with, as far as it is long enough; in small letters. Each alone, and with digits or marks behind. */
const COMMON: ReadonlySet<string> = new Set(
  `1q2w3e4r5t6y 1q2w3e4r5t6y7u 1qaz2wsx3edc 1qaz2wsx3edc4rfv q1w2e3r4t5y6 qwertyuiop qwertyuiopas qwertyuiopasdfghjkl
  qwertyqwerty qwerty123456 qwerty12345678 123456qwerty asdfghjkl asdfghjklqwe zxcvbnm zxcvbnmasdfg qazwsxedcrfv
  abcdefghijkl abcdefghijklm abcdefghijklmnop abcd1234abcd abc123abc123 a1b2c3d4e5f6 abcdef123456 123456abcdef
  password passwordpassword password1password passw0rdpassw0rd p@ssw0rdp@ssw0rd mypassword thisismypassword
  newpassword changemechangeme changemenow pleasechangeme changeme letmeinletmein letmeinplease letmein welcomewelcome
  welcometo administrator adminadminadmin administratoradministrator adminpassword superadmin rootrootroot rootpassword
  testtesttest testpassword demodemodemo defaultpassword default secretsecret supersecret topsecret verysecret
  secretpassword iloveyou iloveyouiloveyou iloveyouforever iloveyousomuch iloveyoubaby sunshine sunshinesunshine
  princess princessprincess footballfootball baseballbaseball basketball manchesterunited liverpoolfc liverpool
  starwars starwarsstarwars superman supermansuperman batmanbatman pokemonpokemon dragondragon monkeymonkey
  trustno1trustno1 whatever computer internet michaeljordan jenniferlopez christopher alexander elizabeth
  correcthorse correcthorsebattery correcthorsebatterystaple correct horse battery staple
  cloudtrail cloudtrailcloudtrail orgtrail orgtrailorgtrail orgtrailadmin orgtrailpassword dashboard amazonaws
  amazonwebservices awspassword`.split(/\s+/),
);

/** Null for a good password, otherwise what is wrong with it as the end of a sentence that starts with "the password". */
export function passwordFault(password: string, user: string): string | null {
  const { least, most } = PASSWORD_LENGTH;
  const { length } = Array.from(password);
  if (length < least)
    return `has ${length} characters: at least ${least} are wanted, ${PASSWORD_LENGTH.advised} are advised`;
  if (password.length > most) return `is longer than ${most} characters`;
  const small = password.normalize('NFKC').toLowerCase();
  if (new Set(small).size < LEAST_DIFFERENT) return `has fewer than ${LEAST_DIFFERENT} different characters`;
  if (isRun(small)) return 'is a row of characters one after the other';
  const word = small.replace(/[^\p{L}]+$/u, '').replaceAll(/[\s._-]/g, '');
  const taken = [small, word].some((one) => COMMON.has(one)) || (word !== '' && word === user.toLowerCase());
  return taken ? 'is among the first that are tried' : null;
}

/** `123456789012`, `abcdefghijkl`, and backwards. */
function isRun(text: string): boolean {
  const codes = Array.from(text, (one) => one.codePointAt(0) ?? 0);
  const steps = codes.slice(1).map((code, index) => code - (codes[index] ?? 0));
  // 9 is followed by 0 in such rows.
  return [1, -1].some((way) => steps.every((step) => step === way || step === -9 * way));
}
