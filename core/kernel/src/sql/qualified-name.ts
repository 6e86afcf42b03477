import type { Node, RangeVar } from 'libpg-query';

/** A name for people and for comparing: qualified unless in `public`. */
export function qualified(schema: string | undefined, name: string): string {
  return schema === undefined || schema === '' || schema === 'public' ? whole(name) : `${whole(schema)}.${whole(name)}`;
}

/** Quoted only where it would be read as two names. */
function whole(name: string): string {
  return /[."]/.test(name) ? `"${name.replaceAll('"', '""')}"` : name;
}

/** The name of a table or another relation. */
export function relationName({ schemaname, relname = '' }: RangeVar): string {
  return qualified(schemaname, relname);
}

/** The schema of a qualified name; `undefined` for `public`. */
export function schemaOf(name: string): string | undefined {
  const parts = partsOf(name);
  return parts.length > 1 ? parts[0] : undefined;
}

/** The name without its schema. */
export function bareName(name: string): string {
  return partsOf(name).at(-1) ?? name;
}

function partsOf(name: string): readonly string[] {
  const parts = name.match(/"(?:[^"]|"")*"|[^."]+/g) ?? [name];
  return parts.map((part) => (part.startsWith('"') ? part.slice(1, -1).replaceAll('""', '"') : part));
}

/** The strings in a list of nodes, as the parts of a name come. */
export function stringsIn(nodes: readonly Node[] | undefined): readonly string[] {
  return (nodes ?? []).flatMap((node) => ('String' in node ? [node.String.sval ?? ''] : []));
}

/** The name that the parts of one make. A database before the schema is left out. */
export function nameOf(nodes: readonly Node[] | undefined): string {
  const parts = stringsIn(nodes);
  return qualified(parts.at(-2), parts.at(-1) ?? '');
}

/** The kind of a node, and what it holds. */
export function tagOf(node: Node | undefined): string {
  return node === undefined ? '' : (Object.keys(node)[0] ?? '');
}
