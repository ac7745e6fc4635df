import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

/** What a process has used so far, and the memory it holds. */
export interface ProcessUsage {
  readonly cpuSeconds: number
  readonly rssBytes: number
}

// The unit of /proc/<pid>/stat, the same on every architecture that Linux runs Node on (man 5 proc: USER_HZ).
const ticksPerSecond = 100

/** Reads another process's user and system time and its resident memory. Throws when it is gone. */
export function usageOf(pid: number): ProcessUsage {
  return process.platform === 'linux' ? fromProc(pid) : fromPs(pid)
}

function fromProc(pid: number): ProcessUsage {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
  // The second field, the name, may hold spaces; the third comes after its last parenthesis.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const status = readFileSync(`/proc/${pid}/status`, 'latin1')
  return {
    cpuSeconds: (Number(fields[11]) + Number(fields[12])) / ticksPerSecond,
    rssBytes: Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? Number.NaN) * 1_024,
  }
}

function fromPs(pid: number): ProcessUsage {
  const line = execFileSync('ps', ['-o', 'time=,rss=', '-p', String(pid)], { encoding: 'latin1' })
  const [time = '', rss = ''] = line.trim().split(/\s+/)
  return { cpuSeconds: secondsOfPsTime(time), rssBytes: Number(rss) * 1_024 }
}

/** `[[days-]hours:]minutes:seconds`, as `ps` prints a process's time, in seconds. */
export function secondsOfPsTime(text: string): number {
  const [clock = '', days = '0'] = text.split('-').reverse()
  return clock.split(':').reduce((total, part) => total * 60 + Number(part), 0) + Number(days) * 86_400
}
