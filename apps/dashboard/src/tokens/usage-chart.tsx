/** Uses of a token by day: bars of what was allowed with what was refused on top, and the same as a table. */
import { useId } from 'react';

export interface UsageDay {
  /** `2026-11-24`, in UTC. */
  readonly day: string;
  readonly allowed: number;
  readonly refused: number;
}

const DAYS = 30;
const DAY_MS = 86_400_000;
const WIDTH = 600;
const HEIGHT = 120;
const GAP = 4;

const dayFormat = new Intl.DateTimeFormat('en', { day: 'numeric', month: 'short', timeZone: 'UTC' });

/** The last days up to today, those without use as well. */
function lastDays(usage: readonly UsageDay[], now: number): UsageDay[] {
  const known = new Map(usage.map((entry) => [entry.day, entry]));
  return Array.from({ length: DAYS }, (_, index) => {
    const day = new Date(now - (DAYS - 1 - index) * DAY_MS).toISOString().slice(0, 10);
    return known.get(day) ?? { day, allowed: 0, refused: 0 };
  });
}

export function UsageChart({ usage, now }: { readonly usage: readonly UsageDay[]; readonly now: number }) {
  const title = useId();
  const days = lastDays(usage, now);
  const used = days.filter(({ allowed, refused }) => allowed + refused > 0);
  if (used.length === 0) return <p className="muted">Not used in the last {DAYS} days.</p>;
  const most = Math.max(...days.map(({ allowed, refused }) => allowed + refused));
  const sum = (pick: (day: UsageDay) => number): number => days.reduce((total, day) => total + pick(day), 0);
  const allowed = sum((day) => day.allowed);
  const refused = sum((day) => day.refused);
  const step = WIDTH / DAYS;
  const [first] = days;
  const last = days.at(-1);
  return (
    <figure className="chart">
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-labelledby={title} preserveAspectRatio="none">
        <title id={title}>
          {`${allowed} allowed and ${refused} refused in the last ${DAYS} days, at most ${most} on one day`}
        </title>
        {days.map((day, index) => {
          const allowedHeight = (day.allowed / most) * HEIGHT;
          const refusedHeight = (day.refused / most) * HEIGHT;
          const x = index * step + GAP / 2;
          return (
            <g key={day.day}>
              <rect className="chart-day" x={x} y={0} width={step - GAP} height={HEIGHT} rx={2}>
                <title>{`${nameOf(day)}: ${day.allowed} allowed, ${day.refused} refused`}</title>
              </rect>
              <rect
                className="chart-allowed"
                x={x}
                y={HEIGHT - allowedHeight}
                width={step - GAP}
                height={allowedHeight}
                rx={2}
              />
              <rect
                className="chart-refused"
                x={x}
                y={HEIGHT - allowedHeight - refusedHeight}
                width={step - GAP}
                height={refusedHeight}
                rx={2}
              />
            </g>
          );
        })}
      </svg>
      <div className="chart-axis" aria-hidden="true">
        <span>{first === undefined ? '' : nameOf(first)}</span>
        <span>{last === undefined ? '' : nameOf(last)}</span>
      </div>
      <figcaption className="chart-legend">
        <span className="chart-key chart-key-allowed">{allowed} allowed</span>
        <span className="chart-key chart-key-refused">{refused} refused</span>
      </figcaption>
      <details>
        <summary>As a table</summary>
        <table className="chart-table">
          <thead>
            <tr>
              <th scope="col">Day (UTC)</th>
              <th scope="col">Allowed</th>
              <th scope="col">Refused</th>
            </tr>
          </thead>
          <tbody>
            {used.toReversed().map((day) => (
              <tr key={day.day}>
                <th scope="row">{nameOf(day)}</th>
                <td>{day.allowed}</td>
                <td>{day.refused}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </details>
    </figure>
  );
}

function nameOf({ day }: UsageDay): string {
  return dayFormat.format(Date.parse(day));
}
