// Preloaded into a measured process: on exit, appends its peak memory in bytes to the file that BENCH_PEAK_FILE names.
// On Linux it reads this program's own peak, since getrusage never reports less than the memory that the parent process
// had at the start.
import { appendFileSync, readFileSync } from 'node:fs';

process.on('exit', () => {
  const file = process.env['BENCH_PEAK_FILE'];
  if (file !== undefined) appendFileSync(file, `${peak()}\n`);
});

function peak() {
  try {
    const found = /^VmHWM:\s*(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'));
    if (found !== null) return Number(found[1]) * 1024;
  } catch {
    // Another platform.
  }
  return process.resourceUsage().maxRSS * 1024;
}
