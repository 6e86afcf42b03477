import type { CreateFunctionStmt, Node } from 'libpg-query';
import { standing, type Draft } from './statement-effects.ts';
import { nameOf } from './qualified-name.ts';
import { needType, noScope, readQuery } from './query.ts';

/**
 * Notes a function that is created. The body of one in SQL is text that is checked when it is created, and is left to
 * whoever has the parser: {@link sqlBodyOf}. That of any other language is looked at when it is called.
 */
export function readFunction(statement: CreateFunctionStmt, draft: Draft): void {
  const { funcname, parameters = [], returnType, replace, sql_body: body } = statement;
  for (const node of parameters) {
    if (!('FunctionParameter' in node)) continue;
    const { argType, defexpr } = node.FunctionParameter;
    if (argType !== undefined) needType(argType, draft);
    readQuery(defexpr, noScope, draft);
  }
  if (returnType !== undefined) needType(returnType, draft);
  readQuery(body, noScope, draft);
  // What it would write, it writes when it is called.
  draft.writes.clear();
  if (replace === true) draft.ifThere = 'replaces';
  draft.creates.push(standing('function', nameOf(funcname)));
}

/** The body of a function in SQL that is written as text; `null` for any other statement. */
export function sqlBodyOf(node: Node): string | null {
  if (!('CreateFunctionStmt' in node)) return null;
  const options = new Map(
    (node.CreateFunctionStmt.options ?? []).flatMap((option) =>
      'DefElem' in option ? [[option.DefElem.defname ?? '', option.DefElem.arg] as const] : [],
    ),
  );
  const language = options.get('language');
  if (language === undefined || !('String' in language) || language.String.sval?.toLowerCase() !== 'sql') return null;
  const body = options.get('as');
  const [text] = body !== undefined && 'List' in body ? (body.List.items ?? []) : [];
  return text !== undefined && 'String' in text ? (text.String.sval ?? null) : null;
}
