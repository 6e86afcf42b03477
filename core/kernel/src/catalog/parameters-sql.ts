/** The parameters in an array of storage parameters, each as `name`, `set` and `reset`. */
export const parametersSql = (options: string, prefix: string, alter: string): string =>
  `select 'storage parameter ' || ${prefix} || o.option_name as name,
      format('%s set (%s%I = %s);', ${alter}, ${prefix}, o.option_name, case when o.option_value ~ '^(true|false|[0-9]+([.][0-9]+)?)$'
        then o.option_value else quote_literal(o.option_value) end) as set,
      format('%s reset (%s%I);', ${alter}, ${prefix}, o.option_name) as reset
    from pg_options_to_table(${options}) o`;
