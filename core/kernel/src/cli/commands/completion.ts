import { kernelError } from '../../error/kernel-codes.ts';
import { nearestName } from '../../error/nearest-name.ts';
import type { Command } from '../command.ts';
import { usageOf } from '../signature.ts';

// Each script asks the kernel for completions. Bash splits words at `:` and `@`, so its script must remove the part before
// them, which is already on the line.
const scripts: Readonly<Record<string, string>> = {
  bash: `_kernel() {
  local line="\${COMP_LINE:0:COMP_POINT}" word start="" reply mark
  word="\${line##*[[:space:]]}"
  for mark in : @; do
    [[ $COMP_WORDBREAKS == *$mark* && $word == *$mark* ]] && start="\${word%"\${word##*$mark}"}"
  done
  COMPREPLY=()
  while IFS= read -r reply; do
    COMPREPLY+=("\${reply#"$start"}")
  done < <(kernel __complete "$line" 2>/dev/null)
}
complete -F _kernel kernel`,
  zsh: `#compdef kernel
_kernel() {
  local -a replies
  replies=("\${(@f)$(kernel __complete "\${(j: :)words[1,CURRENT]}" 2>/dev/null)}")
  compadd -a replies
}
compdef _kernel kernel`,
  fish: `complete -c kernel -f -a '(kernel __complete (commandline -cp | string collect) 2>/dev/null)'`,
};

/** `kernel completion <shell>`. */
export const completion: Command = {
  about:
    'Prints a script with which a shell completes commands, options, the names of plugins and, after likes@, their revisions. The script calls ' +
    '`kernel`, which has to be on the PATH, as it is in npm scripts or after: alias kernel="npx kernel".',
  arguments: [{ name: 'shell', about: 'bash, zsh or fish', required: true, complete: ['bash', 'zsh', 'fish'] }],
  examples: [
    { line: 'eval "$(npx kernel completion bash)"', about: 'in this shell, or in ~/.bashrc' },
    { line: 'npx kernel completion fish | source', about: 'the same for fish' },
  ],
  async run({ operands: [shell = ''] }) {
    const script = Object.hasOwn(scripts, shell) ? scripts[shell] : undefined;
    if (script !== undefined) return { json: { script }, text: () => script };
    const close = nearestName(shell, Object.keys(scripts));
    const what = `kernel completion supports bash, zsh and fish, not "${shell}"${close === null ? '.' : `; did you mean ${close}?`}`;
    throw kernelError('USAGE', { what, usage: usageOf('completion', completion), command: 'completion' });
  },
};
