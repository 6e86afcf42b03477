// Preloaded into a measured process: when it ends, appends its peak memory in bytes to the file that BENCH_PEAK_FILE
// names. On Linux the peak of this program alone; what getrusage says there is never below what the process that
// started it had at that moment.
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
