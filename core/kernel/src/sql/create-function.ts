import type { CreateFunctionStmt, Node } from 'libpg-query';
import { needType, noScope, readQuery } from './query.ts';
import { schemaObject } from './sql-object.ts';
import { sqlType } from './sql-type.ts';
import type { EffectsDraft } from './statement-effects.ts';
import { nameFromNodes, optionsIn } from './syntax-tree.ts';

/**
 * Reads `create function` except for a body that is given as text. PostgreSQL checks a body in SQL when the function is
 * created, so read the needs of that body too, from the text that {@link sqlBodyOf} returns. It checks a body in any
 * other language only when the function is called.
 */
export function readCreateFunction(statement: CreateFunctionStmt, draft: EffectsDraft): void {
  const { funcname, parameters = [], returnType, replace, sql_body: body } = statement;
  for (const node of parameters) {
    if (!('FunctionParameter' in node)) continue;
    const { argType, defexpr } = node.FunctionParameter;
    if (argType !== undefined) needType(argType, draft);
    readQuery(defexpr, noScope, draft);
  }
  if (returnType !== undefined) needType(returnType, draft);
  readQuery(body, noScope, draft);
  // The body writes rows when the function is called, not when it is created.
  draft.writes.clear();
  if (replace === true) draft.ifExists = 'replaces';
  const returns = returnType === undefined ? '' : sqlType(returnType).name;
  const returnsTrigger = returns === 'trigger' || returns === 'event_trigger';
  draft.creates.push({
    ...schemaObject('function', nameFromNodes(funcname)),
    ...(returnsTrigger && { returnsTrigger }),
  });
}

/** Returns the body of a function that is written in SQL and given as text; `null` for any other statement. */
export function sqlBodyOf(node: Node): string | null {
  if (!('CreateFunctionStmt' in node)) return null;
  const options = new Map(
    optionsIn(node.CreateFunctionStmt.options).map(({ defname = '', arg }) => [defname, arg] as const),
  );
  const language = options.get('language');
  if (language === undefined || !('String' in language) || language.String.sval?.toLowerCase() !== 'sql') return null;
  const body = options.get('as');
  const [text] = body !== undefined && 'List' in body ? (body.List.items ?? []) : [];
  return text !== undefined && 'String' in text ? (text.String.sval ?? null) : null;
}
