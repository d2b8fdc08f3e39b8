/** Play, pause, where it is, how fast. */
import { useState } from 'react';
import { useWatched } from '../api/store.ts';
import { Button } from '../components/button.tsx';
import { ErrorNotice } from '../components/notice.tsx';
import { durationText } from './measures.ts';
import type { Player } from './player.ts';

const SPEEDS = [0.5, 1, 2, 5, 20] as const;
/** Steps of the slider over the whole length. */
const STEPS = 1000;

export function PlayerControls({ player, length }: { readonly player: Player; readonly length: number }) {
  const state = useWatched(player.state);
  const [speed, setSpeed] = useState(1);
  const [shortPauses, setShortPauses] = useState(true);
  const position = Math.min(state.position, length);
  return (
    <div className="player" role="group" aria-label="Replay">
      <div className="player-row">
        {state.playing ? (
          <Button onClick={player.pause}>Pause</Button>
        ) : (
          <Button kind="primary" onClick={player.play}>
            {state.ended ? 'Replay' : 'Play'}
          </Button>
        )}
        <input
          type="range"
          aria-label="Moment"
          aria-valuetext={`${durationText(position)} of ${durationText(length)}`}
          min={0}
          max={STEPS}
          value={length === 0 ? STEPS : Math.round((position / length) * STEPS)}
          onChange={(event) => player.seek((Number(event.target.value) / STEPS) * length)}
        />
        <Button onClick={player.showAll} disabled={state.ended} busy={state.loading && !state.playing}>
          Show all
        </Button>
      </div>
      <div className="player-row">
        <p className="player-time">
          {durationText(position)} of {durationText(length)}
        </p>
        <label className="check">
          <input
            type="checkbox"
            checked={shortPauses}
            onChange={(event) => {
              setShortPauses(event.target.checked);
              player.setShortPauses(event.target.checked);
            }}
          />
          Cut long pauses
        </label>
        <label className="check">
          Speed
          <select
            value={speed}
            onChange={(event) => {
              const factor = Number(event.target.value);
              setSpeed(factor);
              player.setSpeed(factor);
            }}
          >
            {SPEEDS.map((factor) => (
              <option key={factor} value={factor}>
                {factor}×
              </option>
            ))}
          </select>
        </label>
      </div>
      {state.error !== undefined && (
        <ErrorNotice
          error={state.error}
          title="The recording cannot be read"
          actions={
            <Button small onClick={player.play}>
              Try again
            </Button>
          }
        />
      )}
    </div>
  );
}
