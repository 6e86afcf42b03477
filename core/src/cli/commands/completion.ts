import { KernelError } from '../../error/kernel-error.ts';
import { nearest } from '../../error/nearest.ts';
import type { Invocation } from '../command.ts';
import { commandTable } from '../command-table.ts';

/** The scripts complete what stands in the table of commands; a colon is part of a word in none of the shells' minds. */
const scripts: Readonly<Record<string, (names: readonly string[]) => string>> = {
  bash: (names) => `_kernel() {
  local word="\${COMP_LINE:0:COMP_POINT}"; word="\${word##* }"
  [ "\${COMP_WORDS[1]}" = "$word" ] || [ "\${COMP_CWORD}" -le 3 ] || return
  COMPREPLY=($(compgen -W "${names.join(' ')}" -- "$word"))
  [ "\${word%:*}" = "$word" ] || COMPREPLY=("\${COMPREPLY[@]#"\${word%:*}:"}")
}
complete -F _kernel kernel`,
  zsh: (names) => `_kernel() { compadd -- ${names.join(' ')} }
compdef _kernel kernel`,
  fish: (names) => names.map((name) => `complete -c kernel -f -n __fish_use_subcommand -a '${name}'`).join('\n'),
};

/** `kernel completion <shell>`. */
export function run({ io, args }: Invocation): Promise<number> {
  const [shell = ''] = args;
  const script = Object.hasOwn(scripts, shell) ? scripts[shell] : undefined;
  if (script === undefined) {
    const close = nearest(shell, Object.keys(scripts));
    const what = `There is no completion for "${shell}"${close === null ? '' : `. Did you mean ${close}?`}`;
    throw new KernelError('USAGE', { what, usage: 'kernel completion <bash|zsh|fish>', command: 'completion' });
  }
  io.line(script(commandTable.map((spec) => spec.name)));
  return Promise.resolve(0);
}
