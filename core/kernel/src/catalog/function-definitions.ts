import { argumentsSql, isApplicationSchema, isUserObject } from './query-fragments.ts';

const modifyWord = (column: string): string =>
  `case ${column} when 'r' then 'read_only' when 's' then 'shareable' else 'read_write' end`;

/** The options of `create aggregate`. Those that the aggregate does not have are null. */
const aggregateOptions = `concat_ws(', ', 'sfunc = ' || g.aggtransfn::regproc,
  'stype = ' || format_type(g.aggtranstype, null), 'sspace = ' || nullif(g.aggtransspace, 0),
  'finalfunc = ' || nullif(g.aggfinalfn, 0)::regproc, case when g.aggfinalextra then 'finalfunc_extra' end,
  case when g.aggfinalmodify <> case g.aggkind when 'n' then 'r' else 'w' end
    then 'finalfunc_modify = ' || ${modifyWord('g.aggfinalmodify')} end,
  'combinefunc = ' || nullif(g.aggcombinefn, 0)::regproc, 'serialfunc = ' || nullif(g.aggserialfn, 0)::regproc,
  'deserialfunc = ' || nullif(g.aggdeserialfn, 0)::regproc, 'initcond = ' || quote_literal(g.agginitval),
  'msfunc = ' || nullif(g.aggmtransfn, 0)::regproc, 'minvfunc = ' || nullif(g.aggminvtransfn, 0)::regproc,
  'mstype = ' || format_type(nullif(g.aggmtranstype, 0), null), 'msspace = ' || nullif(g.aggmtransspace, 0),
  'mfinalfunc = ' || nullif(g.aggmfinalfn, 0)::regproc, case when g.aggmfinalextra then 'mfinalfunc_extra' end,
  case when g.aggmtransfn <> 0 and g.aggmfinalmodify <> case g.aggkind when 'n' then 'r' else 'w' end
    then 'mfinalfunc_modify = ' || ${modifyWord('g.aggmfinalmodify')} end,
  'minitcond = ' || quote_literal(g.aggminitval), 'sortop = ' || nullif(g.aggsortop, 0)::regoperator,
  case p.proparallel when 's' then 'parallel = safe' when 'r' then 'parallel = restricted' end,
  case when g.aggkind = 'h' then 'hypothetical' end)`;

/** Selects functions, procedures and aggregates, as the query for definitions does. */
export const functionDefinitions = `select case p.prokind when 'a' then 'aggregate' else 'function' end, n.nspname, p.proname, ${argumentsSql}, null, null,
      case when p.prokind <> 'a' then pg_get_functiondef(p.oid)
        else (select format('create aggregate %s(%s) (%s)', p.oid::regproc, ${argumentsSql}, ${aggregateOptions})
          from pg_aggregate g where g.aggfnoid = p.oid) end, p.oid, 'pg_proc'::regclass, array[p.oid]
    from pg_proc p join pg_namespace n on n.oid = p.pronamespace and ${isApplicationSchema('n')}
    where ${isUserObject('pg_proc', 'p.oid', 'by another object')}`;
