type Pick = <Value>(values: readonly Value[]) => Value;

/** The names of the users of the example community. */
export const seedNames: readonly string[] = words(`
  ada, grace, linus, margaret, dennis, barbara, edsger, radia, ken, frances, donald, katherine, alan, hedy, niklaus, annie,
  john, mary, shannon, joan, tony, lynn, butler, adele, rob, sophie, river.otter, heron, trout, willow, delta, kingfisher,
  eddy, brook, mangrove, estuary, meander, tidewater, alder, osprey, minnow, reed, marsh-hen, ferry, lock-keeper, dipper
`);

const subjects = words(`
  a database, PostgreSQL, a compiler, a tiny kernel, the Elbe, a community garden, an old lighthouse, a mechanical keyboard,
  a bicycle, the night train, a plugin system, a type checker, a letterpress, a sourdough starter, a weather station,
  a message queue, the Danube, a public library, a synthesizer, a static site, a solar boat, an open-air school,
  a migration tool, a radio telescope, a small town
`);
const openings = words('Building, Understanding, Restoring, Measuring, In praise of, A short history of, Lessons from');
const endings = ['', '', ' in one weekend', ' from scratch', ' after ten years', ', part two', ' for beginners'];
const questions = words('How do you maintain, What do you read about, Who else enjoys, Where do you find');
const hosts = words('riverbank.example, notes.example, postgres.example, www.gazette.example, journal.example');
const sentences = [
  'This matches what we saw last year.',
  'I would like to see the numbers behind the second chart.',
  'The part about indexes is worth the read alone.',
  'We tried the opposite and it worked just as well.',
  'Thank you for writing this up.',
  'It took me three attempts to get this right.',
  'Does anybody know whether this still holds for the current version?',
  'The trick is to keep the first step boring.',
  'My grandmother did this without any of the equipment.',
  'There is a longer discussion of this in the archive.',
  'I disagree with the conclusion, but the method is sound.',
  'Please add a photo of the finished thing.',
  'That is exactly why we gave up on it.',
  'The comments in the code are a pleasure.',
  'You can get most of the benefit with a tenth of the effort.',
];

/** Returns a source of numbers from 0 to 1 that repeats itself for the same seed (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Returns the title of a story or a question. */
export function seedTitle(pick: Pick, isQuestion: boolean): string {
  const subject = pick(subjects);
  return isQuestion ? `Ask: ${pick(questions)} ${subject}?` : `${pick(openings)} ${subject}${pick(endings)}`;
}

/** Returns a link of a story. */
export function seedUrl(pick: Pick): string {
  return `https://${pick(hosts)}/${pick(subjects).toLowerCase().replaceAll(' ', '-')}`;
}

/** Returns one to five sentences. */
export function seedText(pick: Pick, random: () => number): string {
  const length = 1 + Math.floor(random() * 5);
  return Array.from({ length }, () => pick(sentences)).join(' ');
}

function words(list: string): readonly string[] {
  return list.split(',').map((word) => word.trim());
}
