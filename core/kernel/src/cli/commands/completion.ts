import { kernelError } from '../../error/kernel-codes.ts';
import { nearest } from '../../error/nearest.ts';
import type { Command } from '../command.ts';
import { usageOf } from '../shape.ts';

// Each asks the kernel what could follow the line so far. To bash a colon ends a word, so what stands before it is
// there already.
const scripts: Readonly<Record<string, string>> = {
  bash: `_kernel() {
  local line="\${COMP_LINE:0:COMP_POINT}" word colon="" reply
  word="\${line##*[[:space:]]}"
  [[ $COMP_WORDBREAKS == *:* ]] && colon="\${word%"\${word##*:}"}"
  COMPREPLY=()
  while IFS= read -r reply; do
    COMPREPLY+=("\${reply#"$colon"}")
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
    'Prints a script that lets a shell complete commands, options and the names of plugins. It calls `kernel`, which ' +
    'has to be on the PATH, as it is inside npm scripts or after: alias kernel="npx kernel".',
  arguments: [{ name: 'shell', about: 'bash, zsh or fish', required: true, complete: ['bash', 'zsh', 'fish'] }],
  examples: [
    { line: 'eval "$(npx kernel completion bash)"', about: 'in this shell, or in ~/.bashrc' },
    { line: 'npx kernel completion fish | source', about: 'the same for fish' },
  ],
  async run({ operands: [shell = ''] }) {
    const script = Object.hasOwn(scripts, shell) ? scripts[shell] : undefined;
    if (script !== undefined) return { json: { script }, text: () => script };
    const close = nearest(shell, Object.keys(scripts));
    const what = `kernel completion knows bash, zsh and fish, not "${shell}"${close === null ? '.' : `; did you mean ${close}?`}`;
    throw kernelError('USAGE', { what, usage: usageOf('completion', completion), command: 'completion' });
  },
};
