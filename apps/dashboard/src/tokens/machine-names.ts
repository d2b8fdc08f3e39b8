/** The machines of an app, to choose from and to name. */
import { operations } from '@postern/contract';
import { useCall } from '../api/use-call.ts';
import { visibleText } from '../components/text.tsx';

export interface MachineChoice {
  readonly id: string;
  readonly name: string;
}

const NONE: readonly MachineChoice[] = [];

/** @param app where to look; none gives none. */
export function useMachines(app: string | null | undefined): readonly MachineChoice[] {
  const { data } = useCall(
    operations.listMachines,
    app === null || app === undefined ? undefined : { params: { app } },
    ['machine'],
  );
  return data ?? NONE;
}

/** An id that is not one of the app's machines stands for itself. */
export function useMachineNames(app: string | null | undefined): (id: string) => string {
  const names = new Map(useMachines(app).map(({ id, name }) => [id, name]));
  return (id) => visibleText(names.get(id) ?? id);
}
